package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;

/// The subscribers of one topic. Immutable.
public final class Route {

    static final Route EMPTY = new Route(new Target[0], new ShareGroup[0]);

    private final Target[] targets;
    private final ShareGroup[] groups;

    /// A session that gets the message.
    @SuppressWarnings("ArrayRecordComponent") // walked over for each message, never compared
    record Target(
            Session session,
            int epoch,
            Qos qos,
            boolean retainAsPublished,
            int[] subscriptionIds) {}

    Route(Target[] targets, ShareGroup[] groups) {
        this.targets = targets;
        this.groups = groups;
    }

    /// One for each session, its subscriptions merged: an overlap does not deliver twice (MQTT 5.0,
    /// 3.3.4; highest QoS, all subscription identifiers). Not to be changed.
    Target[] targets() {
        return targets;
    }

    /// Of each, one member gets a message. Not to be changed.
    ShareGroup[] groups() {
        return groups;
    }

    /// Somebody gets it whose session outlives its connection: a message of QoS 1 or 2 is stored first.
    public boolean mayBeStored() {
        for (Target each : targets) {
            if (each.session().isDurable() && each.qos() != Qos.AT_MOST_ONCE) {
                return true;
            }
        }
        for (ShareGroup each : groups) {
            if (each.hasDurableMember()) {
                return true;
            }
        }
        return false;
    }

    /// Nobody gets it.
    public boolean isEmpty() {
        return targets.length == 0 && groups.length == 0;
    }
}
