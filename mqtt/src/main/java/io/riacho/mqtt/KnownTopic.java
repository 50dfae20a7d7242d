package io.riacho.mqtt;

import org.jspecify.annotations.Nullable;

/// What a connection remembers about a topic that its client publishes on: its text, whether it may,
/// and who gets it. On the connection's event loop.
final class KnownTopic {

    private final String name;
    private final boolean mayPublish;
    private @Nullable Route route;
    private long routeVersion;
    private @Nullable Object attachment;

    KnownTopic(String name, boolean mayPublish) {
        this.name = name;
        this.mayPublish = mayPublish;
    }

    String name() {
        return name;
    }

    boolean mayPublish() {
        return mayPublish;
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
