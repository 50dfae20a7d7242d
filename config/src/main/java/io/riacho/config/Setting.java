package io.riacho.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// One key of the configuration, on the record component that holds it.
///
/// The key is the component's name in kebab case (`lineBytesMax` is `line-bytes-max`). Its type says
/// how it is written; a whole number whose name contains `bytes` is a size (`64MiB`).
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {

    /// What it does, in a sentence or two, for the example file.
    String doc();

    /// The [#value()] of what has no default and must be written.
    String REQUIRED = "required";

    /// The default, written as in the file. `none` is null, and only what may be null has it. Unused
    /// for a section.
    String value() default REQUIRED;

    /// The key, where kebab case of the name is not what the file says.
    String key() default "";

    /// Never printed.
    boolean secret() default false;

    /// The smallest number, or duration in milliseconds.
    long min() default Long.MIN_VALUE;

    /// The largest number, or duration in milliseconds.
    long max() default Long.MAX_VALUE;
}
