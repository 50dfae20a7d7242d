package io.riacho.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.riacho.mqtt.RawClient.Packet;
import io.riacho.mqtt.connection.ConnectionRegistry;
import java.util.ArrayList;
import java.util.List;

/// A connection without a socket: everything happens on the calling thread, when told.
final class EmbeddedClient {

    private final EmbeddedChannel channel;
    private final ServerPackets book = new ServerPackets();

    EmbeddedClient(ConnectionRegistry server) {
        this(server, ByteBufAllocator.DEFAULT);
    }

    /// @param allocator where the server takes this connection's buffers from
    EmbeddedClient(ConnectionRegistry server, ByteBufAllocator allocator) {
        channel = new EmbeddedChannel(server.newHandler("tcp"));
        channel.config().setAllocator(allocator);
    }

    void send(Bytes bytes) {
        book.sent(bytes.array());
        send(Unpooled.wrappedBuffer(bytes.array()));
    }

    /// Tells what will be sent by [#send(ByteBuf)].
    void heldToTheBook(byte[] all) {
        book.sent(all);
    }

    void send(ByteBuf bytes) {
        if (channel.isOpen()) {
            channel.writeInbound(bytes);
        } else {
            bytes.release();
        }
        channel.runPendingTasks();
    }

    /// What waits on its event loop.
    void run() {
        channel.runPendingTasks();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    void drop() {
        var _ = channel.close();
        channel.runPendingTasks();
        received();
    }

    /// The packets that came since the last time.
    List<Packet> received() {
        ByteBuf all = Unpooled.buffer();
        ByteBuf each;
        while ((each = channel.readOutbound()) != null) {
            all.writeBytes(each);
            each.release();
        }
        List<Packet> packets = new ArrayList<>();
        while (all.isReadable()) {
            int first = all.readUnsignedByte();
            int length = 0;
            int shift = 0;
            int digit;
            do {
                digit = all.readUnsignedByte();
                length |= (digit & 0x7F) << shift;
                shift += 7;
            } while (digit >= 0x80);
            byte[] body = new byte[length];
            all.readBytes(body);
            book.came(first, shift / 7, body);
            packets.add(new Packet(first, body));
        }
        return packets;
    }
}
