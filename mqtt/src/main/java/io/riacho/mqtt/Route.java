package io.riacho.mqtt;

import io.riacho.mqtt.packet.Qos;

/// Who gets the messages of a topic. Immutable.
///
/// @param targets one for each session, its subscriptions merged: an overlap does not deliver twice
///     (MQTT 5.0, 3.3.4; highest QoS, all subscription identifiers)
/// @param groups of each, one member gets a message
@SuppressWarnings("ArrayRecordComponent") // walked over for each message, never compared
record Route(Target[] targets, ShareGroup[] groups) {

    static final Route EMPTY = new Route(new Target[0], new ShareGroup[0]);

    @SuppressWarnings("ArrayRecordComponent") // likewise
    record Target(Session session, Qos qos, boolean retainAsPublished, int[] subscriptionIds) {}

    boolean isEmpty() {
        return targets.length == 0 && groups.length == 0;
    }
}
