package io.riacho.mqtt.session;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.SubscriptionOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One change of the durable state of sessions and retained messages. The fold of all of them, in the
/// order in which they were written, is the [SessionImage]. Only sessions that outlive their connection
/// appear here.
public sealed interface SessionChange {

    /// A client connected to a session that is to last.
    ///
    /// @param clean an earlier session of that client is forgotten first
    /// @param expirySeconds how long it outlives its connection, 1 to 4,294,967,295 (for ever)
    record Opened(String clientId, boolean clean, long expirySeconds) implements SessionChange {}

    /// Its connection ended.
    ///
    /// @param atMillis ms since 1970 UTC; the expiry counts from here
    record Closed(String clientId, long atMillis, long expirySeconds) implements SessionChange {}

    /// The session is over.
    record Removed(String clientId) implements SessionChange {}

    /// A subscription was made, or took the place of one with the same filter.
    ///
    /// @param subscriptionId 0 for none
    record Subscribed(
            String clientId, String filter, SubscriptionOptions options, int subscriptionId)
            implements SessionChange {}

    record Unsubscribed(String clientId, String filter) implements SessionChange {}

    /// A message is owed to these sessions.
    record Queued(Message message, List<Target> targets) implements SessionChange {

        public Queued {
            targets = List.copyOf(targets);
        }
    }

    /// Who is owed a message, and how.
    ///
    /// @param sequence the message's number in that session, from 1; its packet id follows from it
    /// @param qos 1 or 2
    /// @param subscriptionIds by reference, never changed
    /// @param sharedFilter the shared subscription that it came by, `$share/name/` included, or null
    @SuppressWarnings("ArrayRecordComponent") // a handful of numbers, never compared
    record Target(
            String clientId,
            long sequence,
            Qos qos,
            boolean retain,
            int[] subscriptionIds,
            @Nullable String sharedFilter) {

        /// By no shared subscription.
        public Target(
                String clientId, long sequence, Qos qos, boolean retain, int[] subscriptionIds) {
            this(clientId, sequence, qos, retain, subscriptionIds, null);
        }
    }

    /// The client has a QoS 2 message (PUBREC came): from now on it is owed PUBREL only.
    record Released(String clientId, long sequence) implements SessionChange {}

    /// A message is no longer owed: acknowledged, expired, or dropped by the queue's policy.
    record Settled(String clientId, long sequence) implements SessionChange {}

    /// A QoS 2 message of this packet id was taken from the client.
    record Received(String clientId, int packetId) implements SessionChange {}

    /// The client released that packet id (PUBREL came).
    record Completed(String clientId, int packetId) implements SessionChange {}

    /// A topic has another retained message.
    ///
    /// @param message null when the topic has no retained message any more
    record Retained(String topic, @Nullable Message message) implements SessionChange {}
}
