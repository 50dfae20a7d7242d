package io.riacho.core.rules;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A condition over the statistics of a series that asks for devices to be on or off.
///
/// While active it asks for `turnOn`, with its priority; while not, it abstains. It becomes active
/// once `when` has held for `holdFor` of event time, and inactive as soon as `until` holds, or,
/// without one, as soon as `when` no longer does. Over a sliding window that has run empty it is
/// inactive.
///
/// @param name unique in its [RuleSet]; what people call it
/// @param version stands for everything that the rule says, groups expanded: state is kept under it,
///     and commands are named by it
/// @param metric the metric it looks at; null: each metric by itself
/// @param sensors globs (`*` any characters, `?` one) of which one must match the sensor's id; empty:
///     any sensor
/// @param over the readings it looks at
/// @param when what must hold for it to become active
/// @param until what must hold for it to become inactive; null: the opposite of `when`
/// @param holdFor how long `when` must hold, in event time; zero: at once
/// @param priority the highest decides
/// @param devices the devices it commands; `{sensor}` in one stands for the sensor's id
/// @param turnOn what it asks for
public record Rule(
        String name,
        String version,
        @Nullable String metric,
        List<String> sensors,
        RuleWindow over,
        Condition when,
        @Nullable Condition until,
        Duration holdFor,
        int priority,
        List<String> devices,
        boolean turnOn) {

    /// Characters in a name or a version.
    public static final int NAME_CHARS_MAX = 128;

    /// Devices of one rule.
    public static final int DEVICES_MAX = 10_000;

    /// The longest time that a condition may have to hold.
    public static final Duration HOLD_FOR_MAX = Duration.ofDays(366);

    private static final String SENSOR = "{sensor}";

    public Rule {
        sensors = List.copyOf(sensors);
        devices = List.copyOf(devices);
        require(!name.isEmpty() && name.length() <= NAME_CHARS_MAX, name, "a name of 1 to 128");
        require(
                !version.isEmpty() && version.length() <= NAME_CHARS_MAX,
                name,
                "a version of 1 to 128 characters");
        require(
                !devices.isEmpty() && devices.size() <= DEVICES_MAX,
                name,
                "1 to " + DEVICES_MAX + " devices");
        require(
                !holdFor.isNegative() && holdFor.compareTo(HOLD_FOR_MAX) <= 0,
                name,
                "a time to hold of 0 to 366 days");
    }

    private static void require(boolean holds, String name, String what) {
        if (!holds) {
            throw new IllegalArgumentException("rule '" + name + "' needs " + what);
        }
    }

    /// Whether it looks at that series.
    public boolean concerns(String sensor, String ofMetric) {
        if (metric != null && !metric.equals(ofMetric)) {
            return false;
        }
        if (sensors.isEmpty()) {
            return true;
        }
        for (String glob : sensors) {
            if (Globs.matches(glob, sensor)) {
                return true;
            }
        }
        return false;
    }

    /// The devices that it commands on behalf of a sensor.
    public List<String> devicesOf(String sensor) {
        return devices.stream().map(device -> device.replace(SENSOR, sensor)).distinct().toList();
    }
}
