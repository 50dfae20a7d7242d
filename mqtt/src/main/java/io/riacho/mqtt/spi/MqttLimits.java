package io.riacho.mqtt.spi;

import io.riacho.config.ConfigSources;
import io.riacho.config.Setting;
import java.time.Duration;
import java.util.Map;

/// The limits of a server, and what happens at each. Those that are settings stand in a section of the
/// configuration.
///
/// @param fixed limits that are no settings
public record MqttLimits(
        @Setting(value = "20000", min = 1, doc = "Connections; a further one is closed at once.")
                int connectionsMax,
        @Setting(
                        value = "1MiB",
                        min = 1024,
                        max = MqttLimits.PACKET_BYTES_MAX,
                        doc =
                                "The largest packet; a larger one ends its connection. At most a"
                                        + " quarter of an entry of the journal, which is 40 MiB"
                                        + " or journal.segment-bytes if that is less.")
                int packetBytesMax,
        @Setting(
                        value = "4096",
                        min = 1,
                        max = Setting.PORT_MAX,
                        doc =
                                "Messages of QoS 1 and 2 from one client that are not yet"
                                        + " acknowledged. MQTT 5 clients are told, and"
                                        + " disconnected beyond it; others are read no further.")
                int receiveMax,
        @Setting(
                        value = "256",
                        min = 1,
                        max = Setting.PORT_MAX,
                        doc =
                                "Messages of QoS 1 and 2 in flight to one client; further ones"
                                        + " wait in its session.")
                int sendMax,
        @Setting(
                        value = "10000",
                        min = 1,
                        doc =
                                "Sessions, connected or not; a client that would need one more"
                                        + " is refused.")
                int sessionsMax,
        @Setting(
                        value = "7d",
                        min = 0,
                        max = MqttLimits.EXPIRY_MILLIS_MAX,
                        doc =
                                "How long a session outlives its connection, at most. 0: not at"
                                        + " all.")
                Duration sessionExpiryMax,
        @Setting(
                        value = "1000",
                        min = 1,
                        doc =
                                "Messages that wait for one client that is away or slow; then"
                                        + " the oldest makes room.")
                int queuedMessagesMax,
        @Setting(
                        value = "64MiB",
                        key = "queued-bytes-max",
                        min = 65_536,
                        max = Setting.PEBIBYTE,
                        doc = "Bytes that wait for all clients together; likewise.")
                long queuedBytesTotalMax,
        @Setting(value = "10000", min = 0, doc = "Retained messages; one more is refused.")
                int retainedMessagesMax,
        Fixed fixed) {

    /// The largest packet that the protocol knows.
    public static final int PACKET_BYTES_MAX = 268_435_455;

    /// 68 years: fits the 32 bits of seconds.
    static final long EXPIRY_MILLIS_MAX = 2_147_483_647_000L;

    /// Limits that are no settings.
    ///
    /// @param connectTimeoutMillis from the socket's opening to its CONNECT; then it is closed
    /// @param clientIdBytesMax of UTF-8; a longer one is refused (0x85)
    /// @param topicLevelsMax levels of a topic or filter; more are invalid (0x90, 0x8F)
    /// @param pendingBytesMax bytes of one client's messages that are not yet durable, though never
    ///     less than one packet may have; nothing more is read
    /// @param queuedBytesMax bytes waiting for one session; see `queueFull`
    /// @param queueFull what gives way in a full queue; a message of QoS 0 is always the one to go
    /// @param subscriptionsPerSessionMax one more is refused (0x97)
    /// @param retainedBytesMax bytes of retained messages; one more is refused (0x97)
    /// @param topicAliasMax topic aliases each way, for each connection, at most 65,535
    /// @param keepAliveSecondsMax the longest keep-alive granted to an MQTT 5 client (0: any, also
    ///     none)
    public record Fixed(
            int connectTimeoutMillis,
            int clientIdBytesMax,
            int topicLevelsMax,
            int pendingBytesMax,
            int queuedBytesMax,
            QueueFull queueFull,
            int subscriptionsPerSessionMax,
            long retainedBytesMax,
            int topicAliasMax,
            int keepAliveSecondsMax) {

        public static final Fixed DEFAULT =
                new Fixed(
                        10_000,
                        128,
                        64,
                        4 << 20,
                        16 << 20,
                        QueueFull.DROP_OLDEST,
                        1_000,
                        64L << 20,
                        64,
                        0);
    }

    /// What a full queue does with a QoS 1 or 2 message.
    public enum QueueFull {
        /// The oldest waiting make room: a device that comes back gets the newest.
        DROP_OLDEST,
        /// The new one is dropped.
        DROP_NEWEST
    }

    public static final MqttLimits DEFAULTS = with(Map.of());

    /// The defaults, with some settings changed.
    ///
    /// @param settings by key, as in the file
    public static MqttLimits with(Map<String, String> settings) {
        return ConfigSources.section(MqttLimits.class, settings);
    }

    /// The same limits, but for packets.
    public MqttLimits withPacketBytesMax(int bytes) {
        return new MqttLimits(
                connectionsMax,
                bytes,
                receiveMax,
                sendMax,
                sessionsMax,
                sessionExpiryMax,
                queuedMessagesMax,
                queuedBytesTotalMax,
                retainedMessagesMax,
                fixed);
    }

    /// Bytes of one client's messages that are not yet durable; nothing more is read.
    public int pendingBytesMax() {
        return Math.max(fixed.pendingBytesMax(), packetBytesMax);
    }

    /// The longest that a session outlives its connection; announced.
    public long sessionExpirySecondsMax() {
        return sessionExpiryMax.toSeconds();
    }
}
