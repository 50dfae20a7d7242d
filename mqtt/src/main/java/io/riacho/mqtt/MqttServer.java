package io.riacho.mqtt;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.ServerCounters;
import io.riacho.mqtt.connection.ConnectionRegistry;
import io.riacho.mqtt.connection.Ports;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.mqtt.spi.DeliveryListener;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.PublishHandler;
import io.riacho.mqtt.spi.ServerStatistics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An MQTT server: made from its parts, started once, closed once. Its methods are safe for use by many
/// threads.
public final class MqttServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MqttServer.class);

    private static final int HTTP_REQUEST_BYTES_MAX = 16 * 1024;
    private static final int BACKLOG = 1024;
    private static final String SUBPROTOCOL = "mqtt";

    /// The parts of a server: its listeners, limits and ports.
    ///
    /// @param clockMillis ms since 1970 UTC, for expiries that outlive the process
    /// @param threads event loops; each serves many connections
    public record Parts(
            List<Listener> listeners,
            MqttLimits limits,
            PublishHandler publishHandler,
            SessionStore store,
            Authenticator authenticator,
            Authorizer authorizer,
            ClientEvents events,
            LongSupplier clockMillis,
            int threads) {

        public Parts {
            listeners = List.copyOf(listeners);
            if (threads < 1) {
                throw new IllegalArgumentException("threads is " + threads + "; at least 1");
            }
        }
    }

    /// The subscribers that a message of the server itself is for.
    public enum Audience {
        /// All subscribers; QoS 1 and 2 wait in the sessions of those who are away.
        EVERYONE,
        /// Subscribers that are connected now.
        CONNECTED
    }

    private final Parts parts;
    private final EventLoopGroup acceptors;
    private final EventLoopGroup workers;
    private final boolean epoll;
    private final Broker broker;
    private final ConnectionRegistry connections;
    private final List<Channel> channels = Collections.synchronizedList(new ArrayList<>());

    public MqttServer(Parts parts) {
        this.parts = parts;
        this.epoll = Epoll.isAvailable();
        this.acceptors = group(1, "mqtt-accept");
        this.workers = group(parts.threads(), "mqtt");
        this.broker =
                new Broker(parts.limits(), parts.store(), parts.clockMillis(), workers.next());
        this.connections =
                new ConnectionRegistry(
                        broker,
                        new Ports(
                                parts.publishHandler(),
                                parts.authenticator(),
                                parts.authorizer(),
                                parts.events()));
    }

    private EventLoopGroup group(int threads, String name) {
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
    }

    /// Restores what the store holds and opens the listeners, in their order.
    ///
    /// @throws IOException when an address is not to be had; nothing is left open then
    public void start() throws IOException {
        broker.restore();
        Class<? extends ServerChannel> type =
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        for (Listener each : parts.listeners()) {
            ChannelFuture bound =
                    new ServerBootstrap()
                            .group(acceptors, workers)
                            .channel(type)
                            .option(ChannelOption.SO_BACKLOG, BACKLOG)
                            .option(ChannelOption.SO_REUSEADDR, true)
                            .childOption(ChannelOption.TCP_NODELAY, true)
                            .childHandler(new Initializer(broker, connections, each))
                            .bind(each.host(), each.port())
                            .awaitUninterruptibly();
            Throwable cause = bound.cause();
            if (cause != null) {
                close();
                throw new IOException(
                        "listening on "
                                + each.host()
                                + ":"
                                + each.port()
                                + " for "
                                + each.name()
                                + " failed: choose another port, or end what has it",
                        cause);
            }
            channels.add(bound.channel());
            LOG.debug("MQTT ({}) listens on {}", each.name(), bound.channel().localAddress());
        }
    }

    /// Where the listeners listen, in their order.
    public List<InetSocketAddress> addresses() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        synchronized (channels) {
            for (Channel each : channels) {
                addresses.add((InetSocketAddress) each.localAddress());
            }
        }
        return addresses;
    }

    /// Publishes a message of the server itself. Authorization is not asked, and the [PublishHandler] does not
    /// see it.
    ///
    /// @param payload by reference, not to be changed afterwards
    /// @param listener told for each subscriber what became of it, or null
    /// @return to how many sessions it goes
    public int publish(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            PublishProperties properties,
            Audience audience,
            @Nullable DeliveryListener listener) {
        if (!Topics.isName(topic, parts.limits().fixed().topicLevelsMax())) {
            throw new IllegalArgumentException("not a topic name: " + topic);
        }
        Message message =
                Message.arrived(topic, payload, qos, retain, properties, broker.nowMillis());
        return broker.publish(message, audience == Audience.EVERYONE, listener);
    }

    /// Publishes a message of the server itself to one client alone, if it is connected and has a
    /// subscription that the topic matches.
    ///
    /// @param payload by reference, not to be changed afterwards
    /// @param listener told what became of it, or null
    /// @return whether it goes there
    public boolean publishTo(
            String clientId,
            String topic,
            byte[] payload,
            Qos qos,
            PublishProperties properties,
            @Nullable DeliveryListener listener) {
        Message message =
                Message.arrived(topic, payload, qos, false, properties, broker.nowMillis());
        return broker.publishTo(clientId, message, listener) > 0;
    }

    /// The connected clients; changes while it is looked at.
    public Collection<? extends Client> clients() {
        return connections.clients();
    }

    /// The connected client of this id, or null.
    public @Nullable Client client(String id) {
        return connections.client(id);
    }

    /// Sends a client away, for instance when its right to be here ends. Its session stays.
    ///
    /// @return false when no such client is connected
    public boolean disconnect(String clientId, ReasonCode code, String reason) {
        return connections.disconnect(clientId, code, reason);
    }

    public ServerStatistics statistics() {
        return broker.statistics();
    }

    /// Sends every client away (MQTT 5: 0x8B) and stops. Wills are not sent: the clients did nothing
    /// wrong. Waits until the sockets are closed, a few seconds at most.
    @Override
    public void close() {
        broker.stop();
        for (Channel each : List.copyOf(channels)) {
            each.close().awaitUninterruptibly();
        }
        connections.disconnectAll(ReasonCode.SERVER_SHUTTING_DOWN, "the server is stopping");
        var _ = acceptors.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        workers.shutdownGracefully(50, 3000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        acceptors.terminationFuture().awaitUninterruptibly();
    }

    /// Puts together what a new connection needs.
    private static final class Initializer extends ChannelInitializer<Channel> {

        private final Broker broker;
        private final ConnectionRegistry connections;
        private final Listener listener;

        Initializer(Broker broker, ConnectionRegistry connections, Listener listener) {
            this.broker = broker;
            this.connections = connections;
            this.listener = listener;
        }

        @Override
        protected void initChannel(Channel channel) {
            ServerCounters counters = broker.counters();
            if (counters.connections().incrementAndGet() > broker.limits().connectionsMax()) {
                counters.connections().decrementAndGet();
                counters.refused();
                var _ = channel.close();
                return;
            }
            channel.closeFuture().addListener(closed -> counters.connections().decrementAndGet());
            ChannelPipeline pipeline = channel.pipeline();
            Supplier<@Nullable SslContext> tls = listener.tls();
            if (tls != null) {
                SslContext context = tls.get();
                if (context == null) {
                    counters.refused();
                    var _ = channel.close();
                    return;
                }
                pipeline.addLast(context.newHandler(channel.alloc()));
            }
            String path = listener.webSocketPath();
            if (path != null) {
                pipeline.addLast(new HttpServerCodec());
                pipeline.addLast(new HttpObjectAggregator(HTTP_REQUEST_BYTES_MAX));
                pipeline.addLast(
                        new WebSocketServerProtocolHandler(
                                WebSocketServerProtocolConfig.newBuilder()
                                        .websocketPath(path)
                                        .subprotocols(SUBPROTOCOL)
                                        .maxFramePayloadLength(broker.limits().packetBytesMax())
                                        .allowExtensions(false)
                                        .build()));
                pipeline.addLast(new WebSocketFrameCodec());
            }
            pipeline.addLast(connections.newHandler(listener.name()));
        }
    }
}
