package io.riacho.mqtt.spi;

/// The limits of a server, and what happens at each.
///
/// @param connectionsMax sockets; one more is closed at once
/// @param connectTimeoutMillis from the socket's opening to its CONNECT; then it is closed
/// @param packetBytesMax the largest packet taken; a larger one ends its connection (0x95)
/// @param clientIdBytesMax of UTF-8; a longer one is refused (0x85)
/// @param topicLevelsMax levels of a topic or filter; more are invalid (0x90, 0x8F)
/// @param receiveMax QoS 1 and 2 messages of one client that are not yet acknowledged: announced to an
///     MQTT 5 client, which is disconnected beyond it (0x93); of a 3.1.1 client nothing more is read
/// @param pendingBytesMax bytes of one client's messages that are not yet durable; nothing more is read
/// @param sendMax QoS 1 and 2 messages in flight to one client; the rest waits in its queue
/// @param queuedMessagesMax messages waiting for one session; see `queueFull`
/// @param queuedBytesMax their bytes; see `queueFull`
/// @param queuedBytesTotalMax bytes waiting for all sessions together; see `queueFull`
/// @param queueFull what gives way in a full queue; a message of QoS 0 is always the one to go
/// @param sessionsMax sessions, connected or not; a CONNECT that needs one more is refused (0x97)
/// @param sessionExpirySecondsMax the longest that a session outlives its connection; announced
/// @param subscriptionsPerSessionMax one more is refused (0x97)
/// @param retainedMessagesMax a topic more cannot be retained: its PUBLISH is refused (0x97), or the
///     connection of a 3.1.1 client ends
/// @param retainedBytesMax their bytes; the same
/// @param topicAliasMax topic aliases each way, for each connection
/// @param keepAliveSecondsMax the longest keep-alive granted to an MQTT 5 client (0: any, also none)
public record MqttLimits(
        int connectionsMax,
        int connectTimeoutMillis,
        int packetBytesMax,
        int clientIdBytesMax,
        int topicLevelsMax,
        int receiveMax,
        int pendingBytesMax,
        int sendMax,
        int queuedMessagesMax,
        int queuedBytesMax,
        long queuedBytesTotalMax,
        QueueFull queueFull,
        int sessionsMax,
        long sessionExpirySecondsMax,
        int subscriptionsPerSessionMax,
        int retainedMessagesMax,
        long retainedBytesMax,
        int topicAliasMax,
        int keepAliveSecondsMax) {

    /// The choice of a full queue before a QoS 1 or 2 message.
    public enum QueueFull {
        /// The oldest waiting make room: a device that comes back gets the newest.
        DROP_OLDEST,
        /// The new one is dropped.
        DROP_NEWEST
    }

    public static final MqttLimits DEFAULTS =
            new MqttLimits(
                    50_000,
                    10_000,
                    1 << 20,
                    128,
                    64,
                    4_096,
                    4 << 20,
                    256,
                    1_000,
                    4 << 20,
                    256L << 20,
                    QueueFull.DROP_OLDEST,
                    100_000,
                    7L * 24 * 3600,
                    1_000,
                    100_000,
                    64L << 20,
                    64,
                    0);

    public MqttLimits {
        positive(connectionsMax, "connectionsMax");
        positive(connectTimeoutMillis, "connectTimeoutMillis");
        positive(packetBytesMax, "packetBytesMax");
        positive(clientIdBytesMax, "clientIdBytesMax");
        positive(topicLevelsMax, "topicLevelsMax");
        positive(receiveMax, "receiveMax");
        atMost16Bits(receiveMax, "receiveMax");
        positive(pendingBytesMax, "pendingBytesMax");
        positive(sendMax, "sendMax");
        atMost16Bits(sendMax, "sendMax");
        positive(queuedMessagesMax, "queuedMessagesMax");
        positive(queuedBytesMax, "queuedBytesMax");
        positive(queuedBytesTotalMax, "queuedBytesTotalMax");
        positive(sessionsMax, "sessionsMax");
        positive(subscriptionsPerSessionMax, "subscriptionsPerSessionMax");
        positive(1L + sessionExpirySecondsMax, "sessionExpirySecondsMax + 1");
        positive(1L + retainedMessagesMax, "retainedMessagesMax + 1");
        positive(1L + retainedBytesMax, "retainedBytesMax + 1");
        positive(1L + topicAliasMax, "topicAliasMax + 1");
        atMost16Bits(topicAliasMax, "topicAliasMax");
        positive(1L + keepAliveSecondsMax, "keepAliveSecondsMax + 1");
        atMost16Bits(keepAliveSecondsMax, "keepAliveSecondsMax");
    }

    private static void positive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be positive");
        }
    }

    private static void atMost16Bits(int value, String name) {
        if (value > 65_535) {
            throw new IllegalArgumentException(name + " is " + value + "; at most 65535");
        }
    }
}
