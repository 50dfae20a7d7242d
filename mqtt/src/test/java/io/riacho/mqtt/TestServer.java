package io.riacho.mqtt;

import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.PublishHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.LongSupplier;

/// A server on a free port of the loopback, with parts that a test may replace.
final class TestServer implements AutoCloseable {

    static final Authenticator EVERYBODY =
            (request, answer) -> answer.accept(new Authenticator.Accepted("anybody", null));

    private final MqttServer server;

    private TestServer(MqttServer server) {
        this.server = server;
    }

    static TestServer start() {
        return builder().start();
    }

    static Builder builder() {
        return new Builder();
    }

    MqttServer server() {
        return server;
    }

    int port() {
        return port(0);
    }

    int port(int listener) {
        return address(listener).getPort();
    }

    private InetSocketAddress address(int listener) {
        return server.addresses().get(listener);
    }

    @Override
    public void close() {
        server.close();
    }

    static final class Builder {

        private List<Listener> listeners = List.of(Listener.tcp("127.0.0.1", 0));
        private MqttLimits limits = MqttLimits.DEFAULTS;
        private PublishHandler publishes = PublishHandler.NONE;
        private SessionStore store = new SessionStoreInMemory();
        private Authenticator authenticator = EVERYBODY;
        private Authorizer authorizer = Authorizer.ALL;
        private ClientEvents events = ClientEvents.NONE;
        private LongSupplier clock = System::currentTimeMillis;

        Builder listeners(Listener... with) {
            listeners = List.of(with);
            return this;
        }

        Builder limits(MqttLimits with) {
            limits = with;
            return this;
        }

        Builder publishes(PublishHandler with) {
            publishes = with;
            return this;
        }

        Builder store(SessionStore with) {
            store = with;
            return this;
        }

        Builder authenticator(Authenticator with) {
            authenticator = with;
            return this;
        }

        Builder authorizer(Authorizer with) {
            authorizer = with;
            return this;
        }

        Builder events(ClientEvents with) {
            events = with;
            return this;
        }

        Builder clock(LongSupplier with) {
            clock = with;
            return this;
        }

        TestServer start() {
            MqttServer server =
                    new MqttServer(
                            new MqttServer.Parts(
                                    listeners,
                                    limits,
                                    publishes,
                                    store,
                                    authenticator,
                                    authorizer,
                                    events,
                                    clock,
                                    2));
            try {
                server.start();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            return new TestServer(server);
        }
    }
}
