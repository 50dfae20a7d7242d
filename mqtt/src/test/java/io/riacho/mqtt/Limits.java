package io.riacho.mqtt;

import io.riacho.mqtt.spi.MqttLimits;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;

/// The default limits with one of them changed.
final class Limits {

    private Limits() {}

    static MqttLimits with(String name, Object value) {
        return with(MqttLimits.DEFAULTS, name, value);
    }

    static MqttLimits with(MqttLimits limits, String name, Object value) {
        try {
            RecordComponent[] components = MqttLimits.class.getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            Object[] values = new Object[components.length];
            boolean found = false;
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                boolean named = components[i].getName().equals(name);
                found |= named;
                values[i] = named ? value : components[i].getAccessor().invoke(limits);
            }
            if (!found) {
                throw new IllegalArgumentException("no limit " + name);
            }
            Constructor<MqttLimits> constructor = MqttLimits.class.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
