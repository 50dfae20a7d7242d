package io.riacho.benchmarks.mqtt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/// One client's connection: bytes out, packets in. Of one [WireLoop], on its thread.
final class Wire {

    /// What a client does with what comes.
    interface Client {

        /// A packet came.
        ///
        /// @param header its first byte
        /// @param start where what follows the fixed header begins
        void packet(Wire wire, int header, byte[] in, int start, int end) throws IOException;

        /// All packets of one read came.
        default void readIsOver(Wire wire) throws IOException {}
    }

    private static final byte[] NOTHING = new byte[0];

    private final Client client;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer out;

    /// The beginning of a packet whose end has not come.
    private byte[] cut = NOTHING;

    Wire(Client client, SocketChannel channel, SelectionKey key, int outBytesMax) {
        this.client = client;
        this.channel = channel;
        this.key = key;
        this.out = ByteBuffer.allocate(outBytesMax);
    }

    /// Whether so many bytes more can be sent now.
    boolean hasRoom(int bytes) {
        return out.remaining() >= bytes;
    }

    /// Adds a packet to what [#flush] sends; there must be room.
    void send(byte[] packet) {
        out.put(packet);
    }

    /// Adds a packet of four bytes.
    void send(int packet) {
        out.putInt(packet);
    }

    /// Writes what the socket takes; the rest goes when it takes more.
    void flush() throws IOException {
        if (out.position() == 0) {
            return;
        }
        out.flip();
        channel.write(out);
        out.compact();
        boolean wanted = out.position() > 0;
        if (wanted != ((key.interestOps() & SelectionKey.OP_WRITE) != 0)) {
            key.interestOps(SelectionKey.OP_READ | (wanted ? SelectionKey.OP_WRITE : 0));
        }
    }

    /// Lets the client send, as if something had come.
    void prompt() throws IOException {
        client.readIsOver(this);
        flush();
    }

    /// Reads and writes what can be.
    ///
    /// @param bytes for use in this call
    /// @param in around them
    void ready(byte[] bytes, ByteBuffer in) throws IOException {
        if (key.isWritable()) {
            flush();
        }
        if (!key.isReadable()) {
            return;
        }
        in.clear().put(cut);
        if (channel.read(in) < 0) {
            throw new IOException("the server closed the connection");
        }
        int at = 0;
        int next;
        while ((next = packet(bytes, at, in.position())) > at) {
            at = next;
        }
        if (at == 0 && !in.hasRemaining()) {
            throw new IOException("a packet of more than " + in.capacity() + " bytes");
        }
        cut = at == in.position() ? NOTHING : Arrays.copyOfRange(bytes, at, in.position());
        prompt();
    }

    /// @return where the next one begins; `from` when this one is not all there
    private int packet(byte[] in, int from, int to) throws IOException {
        int at = from + 1;
        int length = 0;
        int shift = 0;
        byte digit;
        do {
            if (at >= to) {
                return from;
            }
            digit = in[at++];
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit < 0);
        if (to - at < length) {
            return from;
        }
        client.packet(this, in[from] & 0xFF, in, at, at + length);
        return at + length;
    }

    void close() throws IOException {
        key.cancel();
        channel.close();
    }
}
