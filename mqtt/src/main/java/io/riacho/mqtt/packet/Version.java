package io.riacho.mqtt.packet;

/// The protocol versions that are spoken.
public enum Version {
    MQTT_3_1_1(4),
    MQTT_5(5);

    private final int level;

    Version(int level) {
        this.level = level;
    }

    /// The protocol level in CONNECT.
    public int level() {
        return level;
    }
}
