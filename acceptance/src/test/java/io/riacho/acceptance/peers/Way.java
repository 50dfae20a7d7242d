package io.riacho.acceptance.peers;

import io.riacho.identity.Credentials;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The way by which a client connects: version, transport, port and identity.
///
/// @param port of loopback
/// @param shows what the client shows and trusts; null: there is no TLS
record Way(Version version, Transport transport, int port, @Nullable Shows shows) {

    /// Of MQTT.
    enum Version {
        MQTT_3_1_1("3.1.1"),
        MQTT_5("5");

        private final String text;

        Version(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /// What is below MQTT.
    enum Transport {
        TCP("TCP", "mqtt", null),
        TLS_1_2("TLS 1.2", "mqtts", "TLSv1.2"),
        TLS_1_3("TLS 1.3", "mqtts", "TLSv1.3"),
        WEB_SOCKET("WebSocket", "mqtt-ws", null),
        SECURE_WEB_SOCKET("secure WebSocket", "mqtt-wss", "TLSv1.3");

        private final String text;
        private final String door;
        private final @Nullable String protocol;

        Transport(String text, String door, @Nullable String protocol) {
            this.text = text;
            this.door = door;
            this.protocol = protocol;
        }

        String text() {
            return text;
        }

        /// As the ready line calls it.
        String door() {
            return door;
        }

        /// The one version of TLS that the client offers; null: none.
        @Nullable String protocol() {
            return protocol;
        }

        boolean isWebSocket() {
            return this == WEB_SOCKET || this == SECURE_WEB_SOCKET;
        }
    }

    /// What a client has for TLS.
    ///
    /// @param certificate null: none
    record Shows(Path rootCa, @Nullable Path certificate, @Nullable Path key) {

        static Shows all(Credentials of) {
            return new Shows(of.rootCa(), of.certificate(), of.privateKey());
        }
    }
}
