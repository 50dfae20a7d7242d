package io.riacho.mqtt;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The normative statements that a test proves: `3.1.0-1` stands for MQTT-3.1.0-1. The table in
/// docs/mqtt-conformance.md is made from these.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Normative {

    /// Of MQTT 5.0.
    String[] v5() default {};

    /// Of MQTT 3.1.1.
    String[] v3() default {};
}
