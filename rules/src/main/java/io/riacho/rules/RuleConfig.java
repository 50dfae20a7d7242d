package io.riacho.rules;

import io.riacho.config.Named;
import io.riacho.config.Setting;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A rule as the file writes it; the conditions are compiled later.
public record RuleConfig(
        @Setting(doc = "Its name, unique; commands bear it.") String name,
        @Setting(value = "none", doc = "The metric; none: whatever metric a listed sensor has.")
                @Nullable String metric,
        @Setting(value = "none", doc = "Sensor ids, * for any characters; none: every sensor.")
                @Nullable List<String> sensors,
        @Setting(value = "running", doc = "'running', or the length of a sliding window: 5m.")
                String over,
        @Setting(
                        doc =
                                "The condition in CEL, over average, count, min, max, last, stddev"
                                        + " and variance.")
                String when,
        @Setting(
                        value = "none",
                        doc =
                                "The condition that ends it (hysteresis); none: the opposite of when.")
                @Nullable String until,
        @Setting(
                        key = "for",
                        value = "0s",
                        min = 0,
                        max = Setting.YEAR_MILLIS,
                        doc = "How long 'when' must hold first.")
                Duration holdFor,
        @Setting(
                        value = "0",
                        min = Integer.MIN_VALUE,
                        max = Integer.MAX_VALUE,
                        doc =
                                "Of several wishes for a device the highest priority wins, then 'on'.")
                int priority,
        @Setting(doc = "What it wishes.") Action command)
        implements Named {

    /// What the rule wishes, for which device.
    ///
    /// @param device `{sensor}` stands for the sensor's id; a group's name for all its devices
    public record Action(
            @Setting(value = "{sensor}", doc = "A device, a group, or {sensor}.") String device,
            @Setting(key = "turn_on", value = "true", doc = "On or off.") boolean turnOn) {}

    public RuleConfig {
        sensors = sensors == null ? null : List.copyOf(sensors);
    }
}
