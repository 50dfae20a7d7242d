package io.riacho.doors.grpc;

import io.riacho.config.Setting;

/// The section `actuator` of the configuration: the reports' Actuator.
public record ActuatorOptions(
        @Setting(value = "25", doc = "Execute answers turn_on for an average above this.")
                double threshold) {}
