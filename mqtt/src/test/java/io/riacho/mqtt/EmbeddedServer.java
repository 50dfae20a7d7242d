package io.riacho.mqtt;

import io.netty.util.concurrent.EventExecutor;
import io.riacho.mqtt.session.SessionStore;
import java.util.function.LongSupplier;

/// A server without sockets, for [EmbeddedClient]s: everybody may do everything.
final class EmbeddedServer {

    private EmbeddedServer() {}

    /// Goes on from what the store holds.
    static ConnectionRegistry start(
            SessionStore store, LongSupplier clockMillis, EventExecutor timers) {
        Broker broker = new Broker(MqttLimits.DEFAULTS, store, clockMillis, timers);
        broker.restore();
        return new ConnectionRegistry(
                broker,
                new Ports(Publishes.NONE, TestServer.EVERYBODY, Authorizer.ALL, ClientEvents.NONE));
    }
}
