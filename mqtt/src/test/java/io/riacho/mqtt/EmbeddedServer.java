package io.riacho.mqtt;

import io.netty.util.concurrent.EventExecutor;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.connection.ConnectionRegistry;
import io.riacho.mqtt.connection.Ports;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.PublishHandler;
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
                new Ports(
                        PublishHandler.NONE,
                        TestServer.EVERYBODY,
                        Authorizer.ALL,
                        ClientEvents.NONE));
    }
}
