package io.riacho.loadtest;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import io.riacho.net.EventLoops;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Connections to a gRPC service, each a channel with a socket of its own, on shared event loops.
final class GrpcConnections implements AutoCloseable {

    private final Target target;
    private final @Nullable SslContext tls;
    private final EventLoops loops;
    private final AtomicReferenceArray<@Nullable ManagedChannel> channels;

    /// @throws IOException when the files of the options' TLS cannot be used
    GrpcConnections(LoadOptions options, EventLoops loops) throws IOException {
        ClientTls with = options.tls();
        tls = with == null ? null : with.grpc();
        target = options.target();
        this.loops = loops;
        channels = new AtomicReferenceArray<>(options.connections());
    }

    void open(int index, Load.Opening opening) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(target.host(), target.port());
        ManagedChannel channel =
                (tls == null ? builder.usePlaintext() : builder.sslContext(tls))
                        .directExecutor()
                        .eventLoopGroup(loops.workers())
                        .channelType(loops.channelType(), null)
                        .disableRetry()
                        .build();
        channels.set(index, channel);
        follow(index, channel, channel.getState(true), opening);
    }

    private void follow(
            int index, ManagedChannel channel, ConnectivityState state, Load.Opening opening) {
        switch (state) {
            case READY -> opening.opened();
            case TRANSIENT_FAILURE, SHUTDOWN -> {
                channels.set(index, null);
                channel.shutdownNow();
                opening.failed("no connection to " + target);
            }
            case IDLE, CONNECTING ->
                    channel.notifyWhenStateChanged(
                            state, () -> follow(index, channel, channel.getState(true), opening));
        }
    }

    /// The channel of a connection, or null when it does not stand.
    @Nullable ManagedChannel channel(int index) {
        return channels.get(index);
    }

    int count() {
        return channels.length();
    }

    @Override
    public void close() {
        for (int index = 0; index < channels.length(); index++) {
            ManagedChannel channel = channels.get(index);
            if (channel != null) {
                channel.shutdownNow();
            }
        }
    }
}
