package io.riacho.doors.mqtt;

import io.riacho.config.ConfigSources;
import io.riacho.config.Findings;
import io.riacho.config.Setting;
import io.riacho.formats.RiachoTopics;
import io.riacho.mqtt.spi.MqttLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The section `mqtt` of the configuration: where the MQTT door listens, and its limits.
///
/// @param limits the server's own, whose keys stand among these
/// @param fixed limits that are no settings
public record MqttOptions(
        @Setting(value = "none", doc = "The address of this door, where it is not 'bind'.")
                @Nullable String bind,
        @Setting(
                        value = "1883",
                        min = 0,
                        max = Setting.PORT_MAX,
                        doc = "Without TLS. none, here and for the next three, is no port.")
                @Nullable Integer port,
        @Setting(value = "8883", min = 0, max = Setting.PORT_MAX, doc = "With TLS.")
                @Nullable Integer tlsPort,
        @Setting(
                        value = "8083",
                        min = 0,
                        max = Setting.PORT_MAX,
                        doc = "Over WebSocket, path /mqtt, without TLS.")
                @Nullable Integer wsPort,
        @Setting(
                        value = "8084",
                        min = 0,
                        max = Setting.PORT_MAX,
                        doc = "Over WebSocket, path /mqtt, with TLS.")
                @Nullable Integer wssPort,
        @Setting(
                        value = "irrigation",
                        doc =
                                "The first level of Riacho's topics: irrigation/sensors/s1/data"
                                        + " carries readings of s1.")
                String topicRoot,
        @Setting(inline = true, doc = "What the server takes.") MqttLimits limits,
        Fixed fixed) {

    private static final int TOPIC_ROOT_CHARS_MAX = 64;

    /// Limits that are no settings.
    ///
    /// @param threads event loops of the door's own, at least 1
    public record Fixed(int threads) {

        public static final Fixed DEFAULT = new Fixed(Runtime.getRuntime().availableProcessors());
    }

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

    /// The defaults, with some settings changed.
    ///
    /// @param settings by key, as in the file
    public static MqttOptions with(Map<String, String> settings) {
        return ConfigSources.section(MqttOptions.class, settings);
    }

    /// The same settings with other limits.
    public MqttOptions withLimits(MqttLimits other) {
        return new MqttOptions(bind, port, tlsPort, wsPort, wssPort, topicRoot, other, fixed);
    }

    /// Where the door listens; none is no door.
    ///
    /// @param address of the ports with TLS
    /// @param plainAddress of the others
    public List<Port> ports(String address, String plainAddress) {
        List<Port> ports = new ArrayList<>();
        add(ports, Transport.PLAIN, plainAddress, port);
        add(ports, Transport.WEB_SOCKET, plainAddress, wsPort);
        add(ports, Transport.TLS, address, tlsPort);
        add(ports, Transport.SECURE_WEB_SOCKET, address, wssPort);
        return ports;
    }

    private static void add(
            List<Port> ports, Transport transport, String host, @Nullable Integer port) {
        if (port != null) {
            ports.add(new Port(transport, host, port));
        }
    }

    /// The topics below the section's root.
    public RiachoTopics topics() {
        return new RiachoTopics(topicRoot);
    }

    /// Tells what is wrong within the section.
    public void check(Findings findings) {
        boolean fits =
                !topicRoot.startsWith("$")
                        && topicRoot.length() <= TOPIC_ROOT_CHARS_MAX
                        && topicRoot
                                .chars()
                                .noneMatch(c ->
                                        c == '+'
                                                || c == '#'
                                                || c == '/'
                                                || Character.isISOControl(c));
        if (!fits) {
            findings.problem(
                    "mqtt.topic-root",
                    "'"
                            + topicRoot
                            + "' is no topic level: at most "
                            + TOPIC_ROOT_CHARS_MAX
                            + " characters without '/', '+', '#', and no '$' at its beginning");
        }
    }
}
