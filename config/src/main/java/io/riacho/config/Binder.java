package io.riacho.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes records of a YAML tree and what is written over it. Strict: a key that the record does not
/// have is a problem. Collects problems instead of stopping at the first; a record is made only when
/// there are none.
final class Binder {

    /// A value written outside the file.
    record Written(String text, Origin origin) {}

    private final String fileName;
    private final Map<String, Written> overrides;
    private final List<String> problems;
    private final List<LoadedConfig.Value> values = new ArrayList<>();
    private final Map<String, Origin> origins = new LinkedHashMap<>();

    /// @param overrides by path; they win over the file
    Binder(String fileName, Map<String, Written> overrides, List<String> problems) {
        this.fileName = fileName;
        this.overrides = overrides;
        this.problems = problems;
    }

    /// Every value that was bound, in order, but for those inside lists.
    List<LoadedConfig.Value> values() {
        return values;
    }

    /// Where the value at a path was written.
    Origin origin(String path) {
        return Objects.requireNonNull(origins.get(path), path);
    }

    /// The root record, or null when there were problems.
    <R extends Record> @Nullable R root(Class<R> type, YamlNode.Mapping file) {
        Object record = record(type, "", file, true);
        return record == null ? null : type.cast(record);
    }

    private @Nullable Record record(
            Class<? extends Record> type, String path, YamlNode.Mapping file, boolean recorded) {
        List<Schema.Key> keys = Schema.keys(type, path);
        refuseUnknown(type, path, keys, file);
        List<@Nullable Object> bound = new ArrayList<>();
        for (Schema.Key key : keys) {
            YamlNode.Entry entry = file.entries().get(key.name());
            bound.add(
                    key.section() == null
                            ? value(key, entry, file.line(), recorded)
                            : record(key.section(), key.path(), section(key, entry), recorded));
        }
        return problems.isEmpty() ? Schema.construct(type, bound.iterator()) : null;
    }

    private void refuseUnknown(
            Class<? extends Record> type,
            String path,
            List<Schema.Key> keys,
            YamlNode.Mapping file) {
        List<String> names = keys.stream().map(Schema.Key::name).toList();
        file.entries()
                .forEach((name, entry) -> {
                    if (!names.contains(name)) {
                        problem(entry.line(), unknown(type, path, name, names));
                    }
                });
    }

    private static String unknown(
            Class<? extends Record> type, String path, String name, List<String> names) {
        String where = path.isEmpty() ? "" : " under '" + path + "'";
        String nearest = Suggestion.nearest(name, names);
        if (nearest == null) {
            List<String> deeper = Schema.values(type, "").stream().map(Schema.Key::path).toList();
            nearest = Suggestion.nearest(name, deeper);
        }
        return "there is no key '"
                + name
                + "'"
                + where
                + (nearest == null
                        ? "; there are " + String.join(", ", names)
                        : "; did you mean '" + nearest + "'?");
    }

    private YamlNode.Mapping section(Schema.Key key, YamlNode.@Nullable Entry entry) {
        YamlNode.Mapping empty =
                new YamlNode.Mapping(new LinkedHashMap<>(), entry == null ? 1 : entry.line());
        if (entry == null) {
            return empty;
        }
        return switch (entry.value()) {
            case YamlNode.Mapping mapping -> mapping;
            case YamlNode.Empty absent -> empty;
            case YamlNode.Scalar scalar -> noSection(entry, key, empty);
            case YamlNode.Sequence sequence -> noSection(entry, key, empty);
        };
    }

    private YamlNode.Mapping noSection(
            YamlNode.Entry entry, Schema.Key key, YamlNode.Mapping instead) {
        problem(entry.line(), "'" + key.path() + "' is a section and takes keys below it");
        return instead;
    }

    private @Nullable Object value(
            Schema.Key key, YamlNode.@Nullable Entry entry, int line, boolean recorded) {
        Written written = recorded ? overrides.get(key.path()) : null;
        Origin origin = new Origin.Default();
        Object value = null;
        try {
            if (written != null) {
                origin = written.origin();
                value = ofText(key, key.type(), written.text());
            } else if (entry != null) {
                origin = new Origin.File(fileName, entry.line());
                value = ofNode(key, key.type(), entry.value());
            } else if (key.required()) {
                problem(line, "'" + key.path() + "' is missing: " + key.setting().doc());
            } else {
                value = ofText(key, key.type(), key.setting().value());
            }
        } catch (IllegalArgumentException e) {
            problems.add(origin + ": '" + key.path() + "': " + e.getMessage());
        }
        if (recorded) {
            origins.put(key.path(), origin);
            String text = key.setting().secret() && value != null ? "******" : Text.of(key, value);
            values.add(new LoadedConfig.Value(key.path(), text, origin));
        }
        return value;
    }

    private @Nullable Object ofNode(Schema.Key key, Type type, YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar -> ofText(key, type, scalar.text());
            case YamlNode.Empty absent ->
                    throw new IllegalArgumentException(
                            "has no value; give it one, or remove the key for its default");
            case YamlNode.Sequence sequence -> {
                if (!isA(List.class, type)) {
                    throw new IllegalArgumentException("takes one value, not a list");
                }
                List<Object> items = new ArrayList<>();
                for (YamlNode item : sequence.items()) {
                    Object bound = item(key, argument(type, 0), item, items.size());
                    if (bound != null) {
                        items.add(bound);
                    }
                }
                yield items;
            }
            case YamlNode.Mapping mapping -> {
                if (!isA(Map.class, type)) {
                    throw new IllegalArgumentException("takes a value, not keys below it");
                }
                Map<String, Object> map = new LinkedHashMap<>();
                mapping.entries()
                        .forEach((name, entry) ->
                                map.put(
                                        name,
                                        Objects.requireNonNull(
                                                ofNode(key, argument(type, 1), entry.value()))));
                yield map;
            }
        };
    }

    private @Nullable Object item(Schema.Key key, Type type, YamlNode node, int index) {
        if (type instanceof Class<?> plain && plain.isRecord()) {
            if (node instanceof YamlNode.Mapping mapping) {
                String path = key.path() + "[" + index + "]";
                return record(plain.asSubclass(Record.class), path, mapping, false);
            }
            throw new IllegalArgumentException("each item takes keys, such as 'name:'");
        }
        return ofNode(key, type, node);
    }

    private static @Nullable Object ofText(Schema.Key key, Type type, String written) {
        String text = written.strip();
        if (text.equals("none") && key.nullable() && type.equals(key.type())) {
            return null;
        }
        if (isA(List.class, type)) {
            Type item = argument(type, 0);
            if (item instanceof Class<?> plain && plain.isRecord() && !text.isEmpty()) {
                throw new IllegalArgumentException("is a list of sections; write it in the file");
            }
            return text.isEmpty()
                    ? List.of()
                    : Arrays.stream(text.split(",", -1))
                            .map(each -> Objects.requireNonNull(ofText(key, item, each)))
                            .toList();
        }
        if (isA(Map.class, type)) {
            if (!text.isEmpty()) {
                throw new IllegalArgumentException("takes keys below it; write it in the file");
            }
            return Map.of();
        }
        return scalar(key, (Class<?>) type, text);
    }

    private static Object scalar(Schema.Key key, Class<?> type, String text) {
        if (type == boolean.class) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default ->
                        throw new IllegalArgumentException("'" + text + "' is not true or false");
            };
        }
        boolean isInt = type == int.class || type == Integer.class;
        if (isInt || type == long.class || type == Long.class) {
            long number = within(key, key.bytes() ? Units.bytes(text) : whole(text));
            return isInt ? (Object) Math.toIntExact(number) : (Object) number;
        }
        if (type == double.class) {
            return finite(text);
        }
        if (type == Duration.class) {
            Duration duration = Units.duration(text);
            within(key, duration.toMillis());
            return duration;
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("is empty");
        }
        if (type == Path.class) {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("'" + text + "' is not a path", e);
            }
        }
        if (type == String.class) {
            return text;
        }
        throw new IllegalStateException("no way to write a " + type + " for " + key.path());
    }

    private static long whole(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
        }
    }

    private static double finite(String text) {
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a number", e);
        }
        throw new IllegalArgumentException("'" + text + "' is not a finite number");
    }

    private static long within(Schema.Key key, long number) {
        long min = key.setting().min();
        long max =
                key.type() == int.class || key.type() == Integer.class
                        ? Math.min(key.setting().max(), Integer.MAX_VALUE)
                        : key.setting().max();
        if (number < min) {
            throw new IllegalArgumentException(
                    "is less than " + Text.limit(key, min) + range(key, min, max));
        }
        if (number > max) {
            throw new IllegalArgumentException(
                    "is more than " + Text.limit(key, max) + range(key, min, max));
        }
        return number;
    }

    private static String range(Schema.Key key, long min, long max) {
        return min == Long.MIN_VALUE || max == Long.MAX_VALUE
                ? ""
                : "; " + Text.limit(key, min) + " to " + Text.limit(key, max) + " are possible";
    }

    private static boolean isA(Class<?> raw, Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == raw;
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    private void problem(int line, String what) {
        problems.add(fileName + ":" + line + ": " + what);
    }

    /// Values as the file would write them.
    static final class Text {

        private Text() {}

        static String of(Schema.Key key, @Nullable Object value) {
            return switch (value) {
                case null -> "none";
                case Duration duration -> Units.text(duration);
                case Long number when key.bytes() -> Units.bytesText(number);
                case Integer number when key.bytes() -> Units.bytesText(number);
                case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 ->
                        Long.toString(number.longValue());
                case List<?> list ->
                        list.stream()
                                .map(item -> of(key, item))
                                .collect(Collectors.joining(", ", "[", "]"));
                case Map<?, ?> map ->
                        map.entrySet().stream()
                                .map(entry -> entry.getKey() + ": " + of(key, entry.getValue()))
                                .collect(Collectors.joining(", ", "{", "}"));
                case Named named -> named.name();
                default -> value.toString();
            };
        }

        static String limit(Schema.Key key, long number) {
            boolean duration = key.type() == Duration.class || isA(List.class, key.type());
            return duration
                    ? Units.text(Duration.ofMillis(number))
                    : key.bytes() ? Units.bytesText(number) : Long.toString(number);
        }
    }
}
