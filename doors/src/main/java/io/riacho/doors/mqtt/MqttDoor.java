package io.riacho.doors.mqtt;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.mqtt.MqttOptions.Transport;
import io.riacho.doors.topics.ErrorReports;
import io.riacho.doors.topics.TopicListener;
import io.riacho.formats.RiachoTopics;
import io.riacho.http.HttpProblemException;
import io.riacho.http.RequestGuard;
import io.riacho.mqtt.Listener;
import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.MqttServer.Audience;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.mqtt.spi.DeliveryListener;
import io.riacho.mqtt.spi.WebSocketGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The MQTT door: a broker whose data topics are readings.
///
/// Made by [#start]. Its methods are safe for use by many threads. [#close] sends every client away and
/// waits a few seconds at most; what they had sent and is not acknowledged, they send again.
public final class MqttDoor implements MqttPublisher, AutoCloseable {

    private static final String JSON = "application/json";

    private final RiachoTopics topics;
    private final MqttServer server;
    private final Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();

    /// The listeners to the door's clients.
    ///
    /// @param reports hears status, errors and diagnostics of clients
    /// @param events told of connections and subscriptions
    public record Listeners(TopicListener reports, ClientEvents events) {}

    /// The parts that the door is made from.
    ///
    /// @param sessions where sessions are kept
    /// @param authenticator who may connect; a client on a port without TLS may be anybody
    /// @param authorizer what clients may do
    /// @param listeners makes the listeners to clients, given the door to publish by; called once, before
    ///     the door listens
    /// @param tls the context for the next connection on an encrypted port, which is closed while it gives
    ///     null; null when there is no such port
    /// @param clockMillis ms since 1970 UTC
    public record Dependencies(
            Intake intake,
            SeriesTable series,
            SessionStore sessions,
            Authenticator authenticator,
            Authorizer authorizer,
            Function<MqttPublisher, Listeners> listeners,
            @Nullable Supplier<@Nullable SslContext> tls,
            LongSupplier clockMillis,
            MeterRegistry meters) {}

    private MqttDoor(
            MqttOptions options, List<MqttOptions.Port> addresses, Dependencies dependencies) {
        this.topics = options.topics();
        List<Listener> ports = new ArrayList<>();
        for (MqttOptions.Port port : addresses) {
            ports.add(listener(port, dependencies.tls()));
        }
        ErrorReports reports =
                new ErrorReports(
                        this::publishReport, dependencies.clockMillis(), dependencies.meters());
        Listeners listeners = dependencies.listeners().apply(this);
        this.server =
                new MqttServer(
                        new MqttServer.Parts(
                                ports,
                                options.limits(),
                                new RiachoPublishHandler(
                                        topics,
                                        dependencies.intake(),
                                        dependencies.series(),
                                        listeners.reports(),
                                        reports,
                                        dependencies.clockMillis(),
                                        dependencies.meters()),
                                dependencies.sessions(),
                                dependencies.authenticator(),
                                dependencies.authorizer(),
                                listeners.events(),
                                dependencies.clockMillis(),
                                options.fixed().threads()));
        count(dependencies.meters());
    }

    private static Listener listener(
            MqttOptions.Port port, @Nullable Supplier<@Nullable SslContext> context) {
        Transport transport = port.transport();
        if (transport.isEncrypted() && context == null) {
            throw new IllegalArgumentException(transport.label() + " needs a TLS context");
        }
        return new Listener(
                        transport.label(),
                        port.host(),
                        port.port(),
                        transport.isEncrypted() ? context : null,
                        transport.webSocketPath())
                .guardedBy(guard(port.host()));
    }

    /// A page of another site is not to open a WebSocket, as the HTTP door takes no request from it.
    private static WebSocketGuard guard(String host) {
        InetAddress address = new InetSocketAddress(host, 0).getAddress();
        boolean loopback = address != null && address.isLoopbackAddress();
        RequestGuard guard = new RequestGuard(loopback, Set.of());
        return request -> {
            try {
                guard.check(request);
                return null;
            } catch (HttpProblemException e) {
                return new WebSocketGuard.Refused(
                        e.answer().status().code(),
                        "this request is for another server, or from a page of another site");
            }
        };
    }

    /// Restores the sessions and listens.
    ///
    /// @param ports where, such as [MqttOptions#ports]; none is no door
    /// @throws IOException when an address cannot be bound; it names the address
    public static MqttDoor start(
            MqttOptions options, List<MqttOptions.Port> ports, Dependencies dependencies)
            throws IOException {
        MqttDoor door = new MqttDoor(options, ports, dependencies);
        door.server.start();
        List<InetSocketAddress> bound = door.server.addresses();
        for (int i = 0; i < bound.size(); i++) {
            door.addresses.put(ports.get(i).transport().label(), bound.get(i));
        }
        return door;
    }

    private void count(MeterRegistry meters) {
        gauge(meters, "riacho.mqtt.connections", s -> s.statistics().connections());
        gauge(meters, "riacho.mqtt.sessions", s -> s.statistics().sessions());
        gauge(meters, "riacho.mqtt.subscriptions", s -> s.statistics().subscriptions());
        gauge(meters, "riacho.mqtt.retained.messages", s -> s.statistics().retainedMessages());
        gauge(meters, "riacho.mqtt.queued.bytes", s -> s.statistics().bytesQueued());
        counter(meters, "riacho.mqtt.messages.received", s -> s.statistics().messagesReceived());
        counter(meters, "riacho.mqtt.messages.sent", s -> s.statistics().messagesSent());
        counter(meters, "riacho.mqtt.messages.dropped", s -> s.statistics().messagesDropped());
        counter(
                meters,
                "riacho.mqtt.connections.refused",
                s -> s.statistics().connectionsRefused());
    }

    private void gauge(MeterRegistry meters, String name, ToDoubleFunction<MqttServer> value) {
        Gauge.builder(name, server, value).register(meters);
    }

    private void counter(MeterRegistry meters, String name, ToDoubleFunction<MqttServer> value) {
        FunctionCounter.builder(name, server, value).register(meters);
    }

    private void publishReport(byte[] report) {
        publish(
                topics.errors(),
                report,
                Qos.AT_LEAST_ONCE,
                PublishProperties.contentType(JSON),
                Audience.EVERYONE,
                null);
    }

    /// Where it listens, by the transport's label: `mqtt`, `mqtts`, `mqtt-ws`, `mqtt-wss`.
    public Map<String, InetSocketAddress> addresses() {
        return Map.copyOf(addresses);
    }

    /// Where one of them listens.
    ///
    /// @throws IllegalArgumentException when that port is not open
    public InetSocketAddress address(Transport transport) {
        InetSocketAddress address = addresses.get(transport.label());
        if (address == null) {
            throw new IllegalArgumentException(transport + " is not open: " + addresses.keySet());
        }
        return address;
    }

    public RiachoTopics topics() {
        return topics;
    }

    @Override
    public int publish(
            String topic,
            byte[] payload,
            Qos qos,
            PublishProperties properties,
            Audience audience,
            @Nullable DeliveryListener listener) {
        return server.publish(topic, payload, qos, false, properties, audience, listener);
    }

    @Override
    public boolean publishTo(
            String clientId,
            String topic,
            byte[] payload,
            Qos qos,
            PublishProperties properties,
            @Nullable DeliveryListener listener) {
        return server.publishTo(clientId, topic, payload, qos, properties, listener);
    }

    /// The connected clients; changes while it is looked at.
    public Collection<? extends Client> clients() {
        return server.clients();
    }

    @Override
    public @Nullable Client client(String id) {
        return server.client(id);
    }

    /// Sends a client away, for instance when its right to be here ends. Its session stays.
    ///
    /// @return false when no such client is connected
    public boolean disconnect(String clientId, ReasonCode code, String reason) {
        return server.disconnect(clientId, code, reason);
    }

    @Override
    public void close() {
        server.close();
    }
}
