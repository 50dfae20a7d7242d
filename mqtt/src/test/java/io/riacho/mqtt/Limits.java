package io.riacho.mqtt;

import io.riacho.mqtt.spi.MqttLimits;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/// The default limits with one of them changed.
final class Limits {

    private Limits() {}

    static MqttLimits with(String name, Object value) {
        return with(MqttLimits.DEFAULTS, name, value);
    }

    static MqttLimits with(MqttLimits limits, String name, Object value) {
        return has(MqttLimits.class, name)
                ? changed(limits, name, value)
                : changed(limits, "fixed", changed(limits.fixed(), name, value));
    }

    private static boolean has(Class<? extends Record> type, String name) {
        return Arrays.stream(type.getRecordComponents()).anyMatch(c -> c.getName().equals(name));
    }

    private static <R extends Record> R changed(R limits, String name, Object value) {
        @SuppressWarnings("unchecked") // of the same record
        Class<R> type = (Class<R>) limits.getClass();
        if (!has(type, name)) {
            throw new IllegalArgumentException("no limit " + name);
        }
        try {
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] =
                        components[i].getName().equals(name)
                                ? value
                                : components[i].getAccessor().invoke(limits);
            }
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
