package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.packet.Topics;
import org.jspecify.annotations.Nullable;

/// One subscription of one session. Identity, not content, tells two apart.
public final class Subscription {

    private final Session session;
    private final String filter;
    private final SubscriptionOptions options;
    private final int id;
    private final @Nullable String shareName;
    private final int epoch;

    /// @param filter as the client gave it, `$share/name/` included
    /// @param id 0 for none
    public Subscription(Session session, String filter, SubscriptionOptions options, int id) {
        this.session = session;
        this.filter = filter;
        this.options = options;
        this.id = id;
        this.epoch = session.epoch();
        this.shareName = Topics.isShared(filter) ? Topics.shareName(filter) : null;
    }

    Session session() {
        return session;
    }

    /// The life of the session that it belongs to: see [Session#epoch].
    int epoch() {
        return epoch;
    }

    public String filter() {
        return filter;
    }

    /// What topics are matched with.
    public String plainFilter() {
        return Topics.unshared(filter);
    }

    public SubscriptionOptions options() {
        return options;
    }

    public int id() {
        return id;
    }

    /// Null when it is not shared.
    public @Nullable String shareName() {
        return shareName;
    }
}
