package io.riacho.doors.bridge;

import io.riacho.config.ConfigSources;
import io.riacho.config.Findings;
import io.riacho.config.Setting;
import io.riacho.mqtt.spi.MqttLimits;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The section `broker` of the configuration: another broker in place of ours.
public record BridgeOptions(
        @Setting(
                        value = "none",
                        doc =
                                "ssl://host:8883, or tcp://host:1883 where the network is closed"
                                        + " by other means. none: no other broker.")
                @Nullable String url,
        @Setting(
                        value = "none",
                        doc = "The compute identity's certificate, PEM. Needs key as well.")
                @Nullable Path certificate,
        @Setting(value = "none", doc = "Its private key, PEM, not encrypted.") @Nullable Path key,
        @Setting(
                        value = "none",
                        doc =
                                "PEM file of the authorities that may sign the broker's"
                                        + " certificate. none: those that Java trusts.")
                @Nullable Path ca,
        @Setting(
                        value = "none",
                        doc =
                                "none: the CN of the certificate. It names the session in which"
                                        + " the broker keeps what comes while Riacho is away.")
                @Nullable String clientId,
        @Setting(
                        value = "none",
                        doc =
                                "The name of a shared subscription: several instances of one"
                                        + " name divide the readings among them, and none of"
                                        + " them commands devices there. none: this instance"
                                        + " gets all.")
                @Nullable String share,
        @Setting(
                        value = "100",
                        min = 1,
                        max = 65_535,
                        doc =
                                "Commands and updates on their way there without a PUBACK;"
                                        + " further ones wait. AWS IoT Core takes 100.")
                int publishesInFlightMax,
        @Setting(
                        value = "100",
                        min = 1,
                        max = 100_000,
                        doc =
                                "Messages that Riacho publishes there in a second; further ones"
                                        + " wait. AWS IoT Core takes 100.")
                int publishesPerSecondMax,
        @Setting(
                        value = "500KiB",
                        min = 2048,
                        max = Integer.MAX_VALUE,
                        doc =
                                "Bytes of them in a second; further ones wait. AWS IoT Core"
                                        + " delays what is beyond 512 KB.")
                int publishBytesPerSecondMax,
        @Setting(
                        value = "128KiB",
                        min = 1024,
                        max = MqttLimits.PACKET_BYTES_MAX,
                        doc =
                                "The largest message that Riacho publishes there. AWS IoT Core"
                                        + " takes 128KiB.")
                int payloadBytesMax) {

    /// What a topic may add to a payload: AWS IoT Core takes no longer one.
    public static final int TOPIC_BYTES_MAX = 256;

    /// AWS IoT Core takes no longer one.
    private static final int CLIENT_ID_BYTES_MAX = 128;

    private static final int TLS_PORT = 8883;
    private static final int PLAIN_PORT = 1883;

    private static final Pattern URL =
            Pattern.compile("(ssl|tcp)://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?");

    /// The defaults, with some settings changed.
    ///
    /// @param settings by key, as in the file
    public static BridgeOptions with(Map<String, String> settings) {
        return ConfigSources.section(BridgeOptions.class, settings);
    }

    /// Whether there is another broker.
    public boolean enabled() {
        return url != null;
    }

    /// Whether several instances divide the readings there.
    public boolean shared() {
        return share != null;
    }

    /// Tells what is wrong within the section.
    public void check(Findings findings) {
        if ((certificate == null) != (key == null)) {
            findings.problem(
                    key == null ? "broker.certificate" : "broker.key",
                    "a certificate and its key belong together");
        }
        if (url == null) {
            return;
        }
        if (!URL.matcher(url).matches()) {
            findings.problem("broker.url", "'" + url + "' is no broker; write ssl://host:8883");
        }
        if (certificate == null && clientId == null) {
            findings.problem(
                    "broker.client-id",
                    "is needed without broker.certificate: the broker keeps the session by it");
        }
        if (clientId != null) {
            try {
                checkClientId(clientId);
            } catch (IllegalArgumentException e) {
                findings.problem("broker.client-id", String.valueOf(e.getMessage()));
            }
        }
        if (publishBytesPerSecondMax < payloadBytesMax + TOPIC_BYTES_MAX) {
            findings.problem(
                    "broker.publish-bytes-per-second-max",
                    "must be larger than broker.payload-bytes-max by "
                            + TOPIC_BYTES_MAX
                            + ", for a topic");
        }
    }

    /// @throws IllegalArgumentException when AWS IoT Core would not take it
    static void checkClientId(String id) {
        if (id.getBytes(StandardCharsets.UTF_8).length > CLIENT_ID_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "the client id '" + id + "' exceeds " + CLIENT_ID_BYTES_MAX + " bytes");
        }
    }

    /// `ssl://host:8883` or `tcp://host:1883`.
    ///
    /// @throws NullPointerException when there is no other broker
    URI address() {
        return URI.create(Objects.requireNonNull(url, "there is no other broker"));
    }

    boolean tls() {
        return "ssl".equals(address().getScheme());
    }

    String host() {
        return address().getHost();
    }

    int port() {
        int port = address().getPort();
        return port >= 0 ? port : tls() ? TLS_PORT : PLAIN_PORT;
    }
}
