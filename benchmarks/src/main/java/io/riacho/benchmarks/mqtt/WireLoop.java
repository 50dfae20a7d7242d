package io.riacho.benchmarks.mqtt;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Many clients on the thread that calls it: one selector, one buffer that all read into.
final class WireLoop implements AutoCloseable {

    private static final int READ_BYTES_MAX = 256 * 1024;
    private static final int SOCKET_BYTES = 256 * 1024;

    private final Selector selector;
    private final byte[] bytes = new byte[READ_BYTES_MAX];
    private final ByteBuffer in = ByteBuffer.wrap(bytes);
    private final List<Wire> wires = new ArrayList<>();

    WireLoop() throws IOException {
        selector = Selector.open();
    }

    /// Connects and sends.
    ///
    /// @param first what is sent first: a CONNECT, for instance
    /// @param outBytesMax that [Wire#send] takes before the socket has taken them
    Wire open(InetSocketAddress address, byte[] first, Wire.Client client, int outBytesMax)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (outBytesMax >= SOCKET_BYTES / 16) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BYTES);
        }
        channel.connect(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
        Wire wire = new Wire(client, channel, key, Math.max(outBytesMax, first.length));
        key.attach(wire);
        wires.add(wire);
        wire.send(first);
        wire.flush();
        return wire;
    }

    /// Serves the clients until it is done.
    ///
    /// @param what is waited for, for the error
    /// @throws IOException when a connection fails, or it takes longer
    void runUntil(BooleanSupplier done, int secondsMax, String what) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IOException(what + ": not within " + secondsMax + " s");
            }
            poll(100);
        }
    }

    /// Serves the clients for so long.
    void runFor(long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            poll(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
        }
    }

    /// Serves what is there; waits so long for something, at least 1 ms.
    void poll(long millisMax) throws IOException {
        IOException[] failure = new IOException[1];
        selector.select(
                key -> {
                    try {
                        ((Wire) key.attachment()).ready(bytes, in);
                    } catch (IOException e) {
                        failure[0] = e;
                        key.cancel();
                    }
                },
                millisMax);
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    @Override
    public void close() throws IOException {
        for (Wire each : wires) {
            each.close();
        }
        selector.close();
    }
}
