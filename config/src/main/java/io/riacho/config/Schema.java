package io.riacho.config;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The keys of a configuration record, derived from its components and their [Setting]s.
public final class Schema {

    /// A section or a value.
    ///
    /// @param path from the root, such as `tcp.port`
    /// @param name the key itself
    /// @param section the record that holds a section's keys, or null for a value
    public record Key(
            String path,
            String name,
            Setting setting,
            RecordComponent component,
            @Nullable Class<? extends Record> section) {

        boolean nullable() {
            return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        }

        boolean required() {
            return setting.value().equals(Setting.REQUIRED);
        }

        /// Whether the number is one of bytes, and written `64MiB`.
        boolean bytes() {
            return name.contains("bytes");
        }

        Type type() {
            return component.getGenericType();
        }
    }

    private Schema() {}

    /// The keys of one record, in order; those of an inlined section among them.
    ///
    /// @param prefix the record's own path; empty at the root
    public static List<Key> keys(Class<? extends Record> type, String prefix) {
        List<Key> keys = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Setting setting = component.getAnnotation(Setting.class);
            if (setting == null) {
                fixed(component);
                continue;
            }
            Class<? extends Record> section =
                    component.getType().isRecord()
                            ? component.getType().asSubclass(Record.class)
                            : null;
            if (section != null && setting.inline()) {
                keys.addAll(keys(section, prefix));
                continue;
            }
            String name = setting.key().isEmpty() ? kebab(component.getName()) : setting.key();
            String path = prefix.isEmpty() ? name : prefix + "." + name;
            keys.add(new Key(path, name, setting, component, section));
        }
        return keys;
    }

    /// The values of a record and of all its sections, in order.
    public static List<Key> values(Class<? extends Record> type, String prefix) {
        List<Key> values = new ArrayList<>();
        for (Key key : keys(type, prefix)) {
            if (key.section() == null) {
                values.add(key);
            } else {
                values.addAll(values(key.section(), key.path()));
            }
        }
        return values;
    }

    /// The record that values of [#keys] in their order come to.
    static <R extends Record> R construct(
            Class<R> type, Iterator<? extends @Nullable Object> values) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            types[i] = component.getType();
            Setting setting = component.getAnnotation(Setting.class);
            if (setting == null) {
                arguments[i] = fixed(component);
            } else if (setting.inline()) {
                arguments[i] = construct(types[i].asSubclass(Record.class), values);
            } else {
                arguments[i] = values.next();
            }
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("making a " + type.getName(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("making a " + type.getName(), e);
        }
    }

    /// What a component that is no setting holds.
    private static Object fixed(RecordComponent component) {
        try {
            Field constant = component.getType().getField("DEFAULT");
            return component.getType().cast(constant.get(null));
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalStateException(
                    component + " has no @Setting, and its type no public DEFAULT", e);
        }
    }

    /// The environment variable of a path: `tcp.line-bytes-max` is `RIACHO_TCP_LINE_BYTES_MAX`.
    public static String variable(String path) {
        return "RIACHO_" + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static String kebab(String name) {
        StringBuilder kebab = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                kebab.append('-').append(Character.toLowerCase(c));
            } else {
                kebab.append(c);
            }
        }
        return kebab.toString();
    }
}
