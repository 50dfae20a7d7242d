package io.riacho.doors.mqtt;

import io.riacho.formats.RiachoTopics;
import io.riacho.mqtt.spi.MqttLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where the MQTT door listens, and its limits.
///
/// @param ports where; none is no door
/// @param limits each says what happens there
/// @param threads event loops of its own, at least 1
public record MqttOptions(List<Port> ports, RiachoTopics topics, MqttLimits limits, int threads) {

    /// How a port is spoken to. The name is what [MqttDoor#address] and an authenticator know it by.
    public enum Transport {
        PLAIN("mqtt", false, null),
        TLS("mqtts", true, null),
        WEB_SOCKET("mqtt-ws", false, "/mqtt"),
        SECURE_WEB_SOCKET("mqtt-wss", true, "/mqtt");

        private final String label;
        private final boolean encrypted;
        private final @Nullable String webSocketPath;

        Transport(String label, boolean encrypted, @Nullable String webSocketPath) {
            this.label = label;
            this.encrypted = encrypted;
            this.webSocketPath = webSocketPath;
        }

        /// `mqtt`, `mqtts`, `mqtt-ws` or `mqtt-wss`.
        public String label() {
            return label;
        }

        /// Whether it needs a certificate of the server.
        public boolean isEncrypted() {
            return encrypted;
        }

        /// The labels of those that need one.
        public static Set<String> encrypted() {
            return Arrays.stream(values())
                    .filter(Transport::isEncrypted)
                    .map(Transport::label)
                    .collect(Collectors.toUnmodifiableSet());
        }

        @Nullable String webSocketPath() {
            return webSocketPath;
        }
    }

    /// One address; port 0 picks a free one.
    public record Port(Transport transport, String host, int port) {}

    public MqttOptions {
        ports = List.copyOf(ports);
    }
}
