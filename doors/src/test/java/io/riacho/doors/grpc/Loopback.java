package io.riacho.doors.grpc;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.riacho.net.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/// A door on a free port and a client's channel to it, for one test.
final class Loopback implements AutoCloseable {

    final EventLoops loops = EventLoops.start(2);
    private final List<GrpcDoor> doors = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    GrpcDoor serve(BindableService... services) throws IOException {
        return serve(GrpcOptions.with(Map.of()), services);
    }

    GrpcDoor serve(GrpcOptions options, BindableService... services) throws IOException {
        return serve(options, 0, services);
    }

    GrpcDoor serve(GrpcOptions options, int port, BindableService... services) throws IOException {
        GrpcDoor door =
                GrpcDoor.start(
                        options,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        List.of(services),
                        loops,
                        null);
        doors.add(door);
        return door;
    }

    ManagedChannel channel(GrpcDoor door) {
        return channel(door, 1024 * 1024);
    }

    /// A client whose flow-control window is as told, in bytes.
    ManagedChannel channel(GrpcDoor door, int windowBytes) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", door.port())
                        .usePlaintext()
                        .flowControlWindow(windowBytes)
                        .build();
        channels.add(channel);
        return channel;
    }

    /// A service on a free port and a channel to it.
    ManagedChannel to(BindableService... services) throws IOException {
        return channel(serve(services));
    }

    ScheduledExecutorService timer() {
        return loops.workers();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        doors.forEach(GrpcDoor::close);
        loops.close();
    }
}
