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
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The MQTT door: a broker whose data topics are readings.
///
/// Made by [#start]. Its methods are safe for use by many threads. [#close] sends every client away and
/// waits a few seconds at most; what they had sent and is not acknowledged, they send again.
public final class MqttDoor implements AutoCloseable {

    private static final String JSON = "application/json";

    private final RiachoTopics topics;
    private final MqttServer server;
    private final Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();

    /// What the door is made from.
    ///
    /// @param sessions where sessions are kept
    /// @param authenticator who may connect; a client on a port without TLS may be anybody
    /// @param authorizer what clients may do
    /// @param listener hears status, errors and diagnostics of clients
    /// @param events told of connections and subscriptions
    /// @param tls the context for the next connection on an encrypted port, which is closed while it gives
    ///     null; null when there is no such port
    /// @param clockMillis ms since 1970 UTC
    public record Parts(
            Intake intake,
            SeriesTable series,
            SessionStore sessions,
            Authenticator authenticator,
            Authorizer authorizer,
            TopicListener listener,
            ClientEvents events,
            @Nullable Supplier<@Nullable SslContext> tls,
            LongSupplier clockMillis,
            MeterRegistry meters) {}

    private MqttDoor(MqttOptions options, Parts parts) {
        this.topics = options.topics();
        List<Listener> listeners = new ArrayList<>();
        for (MqttOptions.Port port : options.ports()) {
            listeners.add(listener(port, parts.tls()));
        }
        ErrorReports reports =
                new ErrorReports(this::publishReport, parts.clockMillis(), parts.meters());
        this.server =
                new MqttServer(
                        new MqttServer.Parts(
                                listeners,
                                options.limits(),
                                new RiachoPublishHandler(
                                        topics,
                                        parts.intake(),
                                        parts.series(),
                                        parts.listener(),
                                        reports,
                                        parts.clockMillis(),
                                        parts.meters()),
                                parts.sessions(),
                                parts.authenticator(),
                                parts.authorizer(),
                                parts.events(),
                                parts.clockMillis(),
                                options.threads()));
        count(parts.meters());
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
        boolean loopback =
                new InetSocketAddress(host, 0).getAddress() instanceof InetAddress a
                        && a.isLoopbackAddress();
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
    /// @throws IOException when an address cannot be bound; it names the address
    public static MqttDoor start(MqttOptions options, Parts parts) throws IOException {
        MqttDoor door = new MqttDoor(options, parts);
        door.server.start();
        List<InetSocketAddress> bound = door.server.addresses();
        for (int i = 0; i < bound.size(); i++) {
            door.addresses.put(options.ports().get(i).transport().label(), bound.get(i));
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

    /// Publishes a message of Riacho's own, not retained; see [MqttServer#publish].
    ///
    /// @param payload by reference, not to be changed afterwards
    /// @param listener told for each subscriber what became of it, or null
    /// @return to how many sessions it goes
    public int publish(
            String topic,
            byte[] payload,
            Qos qos,
            PublishProperties properties,
            Audience audience,
            @Nullable DeliveryListener listener) {
        return server.publish(topic, payload, qos, false, properties, audience, listener);
    }

    /// Publishes a message of Riacho's own to one client alone; see [MqttServer#publishTo].
    ///
    /// @return whether it goes there
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

    /// The connected client of this id, or null.
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
