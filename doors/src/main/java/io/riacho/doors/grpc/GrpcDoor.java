package io.riacho.doors.grpc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslContext;
import io.riacho.net.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A port that serves gRPC services, with the standard health and reflection services beside them.
///
/// Calls run on the event loops themselves: a service must not block. Started by [#start]; closed
/// before the event loops are.
public final class GrpcDoor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcDoor.class);

    /// Streams that a client may reset within [#RESETS_SECONDS]: the answer to CVE-2023-44487.
    private static final int RESETS_MAX = 10_000;

    private static final int RESETS_SECONDS = 10;

    /// Connections that wait to be accepted.
    private static final int BACKLOG = 1_024;

    /// Says with a stack trace that a client went away while bytes were on their way to it, which is
    /// no fault here. Held, since java.util.logging forgets the level of a logger that nobody holds.
    private static final java.util.logging.Logger DEPARTURES =
            java.util.logging.Logger.getLogger("io.grpc.netty.NettyServerHandler");

    static {
        DEPARTURES.setLevel(Level.SEVERE);
    }

    private final Server server;
    private final HealthStatusManager health;
    private final List<BindableService> services;
    private final GrpcOptions options;

    private GrpcDoor(
            Server server,
            HealthStatusManager health,
            List<BindableService> services,
            GrpcOptions options) {
        this.server = server;
        this.health = health;
        this.services = services;
        this.options = options;
    }

    /// Listens. The event loops stay the caller's.
    ///
    /// @param address where; port 0 picks a free one
    /// @param tls null: plain text. Otherwise made by `GrpcSslContexts`, so that it offers `h2`
    /// @throws IOException when the address cannot be bound, naming it
    public static GrpcDoor start(
            GrpcOptions options,
            InetSocketAddress address,
            List<BindableService> services,
            EventLoops loops,
            @Nullable SslContext tls)
            throws IOException {
        ConnectionLimit connections = new ConnectionLimit(options.connectionsMax());
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(address)
                        .channelFactory(() -> listening(loops, connections))
                        .bossEventLoopGroup(loops.acceptors())
                        .workerEventLoopGroup(loops.workers())
                        .directExecutor()
                        .withOption(ChannelOption.SO_BACKLOG, BACKLOG)
                        .withChildOption(ChannelOption.TCP_NODELAY, true)
                        .maxInboundMessageSize(options.messageBytesMax())
                        .maxInboundMetadataSize(options.fixed().headersBytesMax())
                        .maxConcurrentCallsPerConnection(options.callsPerConnectionMax())
                        .maxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                        .keepAliveTime(options.fixed().keepAlive().toMillis(), MILLISECONDS)
                        .keepAliveTimeout(
                                options.fixed().keepAliveAnswer().toMillis(), MILLISECONDS)
                        .permitKeepAliveTime(
                                options.fixed().clientPingMin().toMillis(), MILLISECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .intercept(new CallLimit(options.callsMax()));
        if (tls != null) {
            builder.sslContext(tls);
        }
        HealthStatusManager health = new HealthStatusManager();
        for (BindableService service : services) {
            builder.addService(service);
            health.setStatus(
                    service.bindService().getServiceDescriptor().getName(), ServingStatus.SERVING);
        }
        builder.addService(health.getHealthService());
        builder.addService(ProtoReflectionServiceV1.newInstance());
        builder.addService(olderReflection());
        Server server;
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new IOException(
                    "gRPC cannot listen on "
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + " ("
                            + rootMessage(e)
                            + "); free that port or configure another",
                    e);
        }
        GrpcDoor door = new GrpcDoor(server, health, List.copyOf(services), options);
        LOG.debug("gRPC on {} by {}", door.address(), loops.transport());
        return door;
    }

    /// Listens on a free port of loopback, with the default limits.
    ///
    /// @param tls as for [#start]
    public static GrpcDoor onLoopback(
            List<BindableService> services, EventLoops loops, @Nullable SslContext tls)
            throws IOException {
        return start(
                GrpcOptions.with(Map.of()),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                services,
                loops,
                tls);
    }

    private static ServerChannel listening(EventLoops loops, ConnectionLimit connections) {
        ServerChannel channel = loops.newServerChannel();
        channel.pipeline().addLast(connections);
        return channel;
    }

    /// What grpcurl before 1.8.8 asks; newer clients ask for v1.
    @SuppressWarnings("deprecation")
    private static BindableService olderReflection() {
        return ProtoReflectionService.newInstance();
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getListenSockets().getFirst();
    }

    /// The port that it listens on, also where 0 was asked for.
    public int port() {
        return address().getPort();
    }

    /// Takes no new calls, lets those that are open finish for as long as the options say, and ends
    /// the rest.
    @Override
    public void close() {
        health.enterTerminalState();
        server.shutdown();
        for (BindableService service : services) {
            if (service instanceof Stoppable stoppable) {
                stoppable.stop();
            }
        }
        try {
            if (!server.awaitTermination(options.fixed().drain().toMillis(), MILLISECONDS)) {
                server.shutdownNow();
                if (!server.awaitTermination(options.fixed().drain().toMillis(), MILLISECONDS)) {
                    LOG.warn("gRPC on {} still has open calls", port());
                }
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
