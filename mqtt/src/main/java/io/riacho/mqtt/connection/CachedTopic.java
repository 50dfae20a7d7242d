package io.riacho.mqtt.connection;

import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Route;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/// A topic that a client publishes on, as its connection remembers it: the text, the permission, and the
/// [Route] as long as subscriptions do not change. On the connection's event loop.
final class CachedTopic {

    private final String name;
    private final @Nullable ReasonCode refusal;
    private @Nullable Route route;
    private long routeVersion;
    private @Nullable Object attachment;

    CachedTopic(String name, @Nullable ReasonCode refusal) {
        this.name = name;
        this.refusal = refusal;
    }

    String name() {
        return name;
    }

    /// Why nothing on it is taken from the client, or null.
    @Nullable ReasonCode refusal() {
        return refusal;
    }

    Route route(Broker broker, Session publisher) {
        long version = broker.routesVersion();
        Route known = route;
        if (known == null || routeVersion != version) {
            known = broker.route(name, publisher);
            route = known;
            routeVersion = version;
        }
        return known;
    }

    @Nullable Object attachment() {
        return attachment;
    }

    void attach(Object of) {
        attachment = of;
    }
}
