package io.riacho.rules;

import io.riacho.config.Units;
import io.riacho.core.model.Ids;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleWindow;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A rule as people write it, with groups expanded and conditions as text. Says the same on every
/// machine, so it can be journaled; [Rules] makes it run.
///
/// @param metric null: each metric of the sensors listed
/// @param sensors globs; empty: every sensor
/// @param when a condition in CEL
/// @param until a condition in CEL, or null: the opposite of `when`
/// @param devices devices, `{sensor}` standing for the sensor's id
public record RuleDefinition(
        String name,
        @Nullable String metric,
        List<String> sensors,
        RuleWindow over,
        String when,
        @Nullable String until,
        Duration holdFor,
        int priority,
        List<String> devices,
        boolean turnOn) {

    /// Globs of one rule.
    public static final int SENSORS_MAX = 1_000;

    private static final int FORMAT = 1;

    /// `average > 25` over the running average of temperatures, for the sensor's own device.
    public static final RuleDefinition DEFAULT =
            new RuleDefinition(
                    "irrigate-when-hot",
                    Ids.DEFAULT_METRIC,
                    List.of(),
                    new RuleWindow.Running(),
                    "average > 25",
                    null,
                    Duration.ZERO,
                    0,
                    List.of("{sensor}"),
                    true);

    public RuleDefinition {
        sensors = List.copyOf(sensors);
        devices = List.copyOf(devices);
    }

    /// A rule from the configuration.
    ///
    /// @param groups lists of devices by their names; a group's name hides a device of that name
    /// @throws RuleException when `over` is not what it may be, a device has a placeholder that means
    ///     nothing, or `until` holds while `when` does. Rules of a journal are not held to it: they were
    ///     taken once
    public static RuleDefinition of(RuleConfig config, Map<String, List<String>> groups)
            throws RuleException {
        String device = config.command().device();
        checkHysteresis(config);
        List<String> group = groups.get(device);
        List<String> devices = group == null ? List.of(device) : group;
        for (String each : devices) {
            checkPlaceholders(config.name(), each);
        }
        List<String> sensors = config.sensors();
        return new RuleDefinition(
                config.name(),
                config.metric(),
                sensors == null ? List.of() : sensors,
                over(config),
                config.when(),
                config.until(),
                config.holdFor(),
                config.priority(),
                devices,
                config.command().turnOn());
    }

    private static void checkPlaceholders(String name, String device) throws RuleException {
        String rest = device.replace("{sensor}", "");
        if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
            throw new RuleException(
                    "rule '"
                            + name
                            + "': 'command.device' is '"
                            + device
                            + "'; the one placeholder is {sensor}, for the sensor's id");
        }
    }

    private static void checkHysteresis(RuleConfig config) throws RuleException {
        Comparison when = Comparison.of(config.when());
        Comparison until = config.until() == null ? null : Comparison.of(config.until());
        Double shared = when == null || until == null ? null : when.sharedWith(until);
        if (shared != null) {
            throw new RuleException(
                    "rule '"
                            + config.name()
                            + "': 'until' ("
                            + config.until()
                            + ") holds while 'when' ("
                            + config.when()
                            + ") does, for example at "
                            + shared
                            + "; it must lie on the other side: average > 25, until average < 24");
        }
    }

    private static RuleWindow over(RuleConfig config) throws RuleException {
        if (config.over().strip().equals("running")) {
            return new RuleWindow.Running();
        }
        try {
            return new RuleWindow.Sliding(Units.duration(config.over()));
        } catch (IllegalArgumentException e) {
            throw new RuleException(
                    "rule '"
                            + config.name()
                            + "': 'over' is 'running' or a duration such as 5m: "
                            + e.getMessage());
        }
    }

    /// All that it says, one `key: value` a line, always in this form and order.
    public String canonicalText() {
        StringBuilder text = new StringBuilder();
        line(text, "name", name);
        line(text, "metric", metric == null ? "*" : metric);
        sensors.forEach(sensor -> line(text, "sensor", sensor));
        line(
                text,
                "over",
                switch (over) {
                    case RuleWindow.Running running -> "running";
                    case RuleWindow.Sliding sliding -> micros(sliding.length());
                });
        line(text, "when", when.strip());
        if (until != null) {
            line(text, "until", until.strip());
        }
        line(text, "for", micros(holdFor));
        line(text, "priority", Integer.toString(priority));
        devices.forEach(device -> line(text, "device", device));
        line(text, "turn_on", Boolean.toString(turnOn));
        return text.toString();
    }

    private static void line(StringBuilder text, String key, String value) {
        String oneLine = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
        text.append(key).append(": ").append(oneLine).append('\n');
    }

    private static String micros(Duration duration) {
        return TimeUnit.MICROSECONDS.convert(duration) + "us";
    }

    /// The first 32 hexadecimal digits of the SHA-256 of [#canonicalText()] in UTF-8.
    public String version() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(canonicalText().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /// Makes it run.
    ///
    /// @throws RuleException listing all that is wrong with it
    public Rule compile(CelConditions conditions) throws RuleException {
        List<String> problems = new ArrayList<>();
        check(problems);
        Conditions compiled = compileConditions(conditions, problems);
        if (!problems.isEmpty() || compiled == null) {
            throw new RuleException(problems);
        }
        return new Rule(
                name,
                version(),
                metric,
                sensors,
                over,
                compiled.when(),
                compiled.until(),
                holdFor,
                priority,
                devices,
                turnOn);
    }

    private record Conditions(Condition when, @Nullable Condition until) {}

    private @Nullable Conditions compileConditions(
            CelConditions conditions, List<String> problems) {
        try {
            return new Conditions(
                    conditions.compile(name, "when", when),
                    until == null ? null : conditions.compile(name, "until", until));
        } catch (RuleException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private void check(List<String> problems) {
        if (name.isBlank() || name.length() > Rule.NAME_CHARS_MAX) {
            problem(problems, "its name is empty or longer than " + Rule.NAME_CHARS_MAX);
        }
        if (metric == null && sensors.isEmpty()) {
            problem(
                    problems,
                    "it says neither 'metric' nor 'sensors'; name one: metric: temperature");
        }
        if (metric != null) {
            checkId(problems, "metric", metric);
        }
        if (sensors.size() > SENSORS_MAX) {
            problem(problems, "more than " + SENSORS_MAX + " 'sensors'; use * for any characters");
        }
        for (String sensor : sensors) {
            checkId(problems, "sensor", sensor);
        }
        if (holdFor.isNegative() || holdFor.compareTo(Rule.HOLD_FOR_MAX) > 0) {
            problem(problems, "'for' is " + holdFor + "; it may be 0s to 366d");
        }
        if (devices.isEmpty() || devices.size() > Rule.DEVICES_MAX) {
            problem(
                    problems,
                    "it commands "
                            + devices.size()
                            + " devices; name 1 to "
                            + Rule.DEVICES_MAX
                            + ", or a group of them");
        }
        for (String device : devices) {
            checkId(problems, "device", device);
        }
    }

    private void checkId(List<String> problems, String what, String id) {
        String problem = Ids.problem(what, id);
        if (problem != null) {
            problem(problems, "'" + id + "': " + problem);
        }
    }

    private void problem(List<String> problems, String what) {
        problems.add("rule '" + name + "': " + what);
    }

    /// Writes it for the journal; [#readFrom(DataInput)] reads it.
    public void writeTo(DataOutput out) throws IOException {
        out.writeByte(FORMAT);
        out.writeUTF(name);
        writeNullable(out, metric);
        writeAll(out, sensors);
        out.writeLong(
                switch (over) {
                    case RuleWindow.Running running -> 0;
                    case RuleWindow.Sliding sliding ->
                            TimeUnit.MICROSECONDS.convert(sliding.length());
                });
        out.writeUTF(when);
        writeNullable(out, until);
        out.writeLong(TimeUnit.MICROSECONDS.convert(holdFor));
        out.writeInt(priority);
        writeAll(out, devices);
        out.writeBoolean(turnOn);
    }

    /// Reads what [#writeTo(DataOutput)] wrote.
    ///
    /// @throws IOException when the input fails, ends early, or is damaged
    public static RuleDefinition readFrom(DataInput in) throws IOException {
        int format = in.readUnsignedByte();
        if (format != FORMAT) {
            throw new IOException(
                    "a rule in format "
                            + format
                            + "; this version reads format "
                            + FORMAT
                            + ": use the version that wrote it, or a newer one");
        }
        String name = in.readUTF();
        String metric = readNullable(in);
        List<String> sensors = readAll(in, SENSORS_MAX);
        long overMicros = in.readLong();
        RuleWindow over;
        try {
            over =
                    overMicros == 0
                            ? new RuleWindow.Running()
                            : new RuleWindow.Sliding(duration(overMicros));
        } catch (IllegalArgumentException e) {
            throw new IOException("a damaged rule: " + e.getMessage(), e);
        }
        return new RuleDefinition(
                name,
                metric,
                sensors,
                over,
                in.readUTF(),
                readNullable(in),
                duration(in.readLong()),
                in.readInt(),
                readAll(in, Rule.DEVICES_MAX),
                in.readBoolean());
    }

    private static Duration duration(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    private static void writeNullable(DataOutput out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    private static @Nullable String readNullable(DataInput in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }

    private static void writeAll(DataOutput out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    private static List<String> readAll(DataInput in, int max) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > max) {
            throw new IOException("a damaged rule: a list of " + count);
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(in.readUTF());
        }
        return texts;
    }
}
