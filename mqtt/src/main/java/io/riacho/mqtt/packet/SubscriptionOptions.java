package io.riacho.mqtt.packet;

/// The options of a subscription: QoS, No Local, and the treatment of RETAIN (MQTT 5.0, 3.8.3.1).
public record SubscriptionOptions(
        Qos qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {

    private static final RetainHandling[] HANDLINGS = {
        RetainHandling.AT_SUBSCRIBE, RetainHandling.AT_NEW_SUBSCRIPTION, RetainHandling.NEVER
    };

    /// When retained messages are sent.
    public enum RetainHandling {
        AT_SUBSCRIBE(0),
        AT_NEW_SUBSCRIPTION(1),
        NEVER(2);

        private final int bits;

        RetainHandling(int bits) {
            this.bits = bits;
        }
    }

    public static SubscriptionOptions qos(Qos qos) {
        return new SubscriptionOptions(qos, false, false, RetainHandling.AT_SUBSCRIBE);
    }

    /// The options of a byte on the wire.
    ///
    /// @param bits as in SUBSCRIBE, valid
    public static SubscriptionOptions of(int bits) {
        return new SubscriptionOptions(
                Qos.of(bits & 3), (bits & 4) != 0, (bits & 8) != 0, HANDLINGS[bits >> 4 & 3]);
    }

    /// As in SUBSCRIBE.
    public int bits() {
        return qos.level()
                | (noLocal ? 4 : 0)
                | (retainAsPublished ? 8 : 0)
                | retainHandling.bits << 4;
    }
}
