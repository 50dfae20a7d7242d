package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.FrameReader;

/// Decodes packet after packet from the bytes that come, and decides whether the socket is read at all. It is
/// not while a CONNECT is being looked at, while the [PublishHandler] takes no more, and while too much
/// of this client waits. For the connection's event loop.
final class PacketDecoderLoop {

    private final MqttConnection connection;
    private final FrameReader frames;
    private final ReadBuffer unread = new ReadBuffer();
    private boolean inRead;
    private boolean took;
    private boolean parsing;
    private boolean paused;
    private boolean intakeFull;

    PacketDecoderLoop(MqttConnection connection, int packetBytesMax) {
        this.connection = connection;
        this.frames = new FrameReader(packetBytesMax);
    }

    /// Bytes came; more of the same read may follow.
    void came(ByteBuf bytes, ByteBufAllocator allocator) {
        inRead = true;
        parse(unread.add(bytes, allocator));
    }

    /// What is written and acknowledged meanwhile goes out when the read is over.
    boolean isInRead() {
        return inRead;
    }

    void readIsOver() {
        inRead = false;
    }

    /// Whether a whole packet came since the last time: its beginning is no sign of life [MQTT-3.1.2-22].
    boolean tookPackets() {
        boolean any = took;
        took = false;
        return any;
    }

    /// The socket is not read.
    boolean isPaused() {
        return paused;
    }

    private void parse(ByteBuf in) {
        parsing = true;
        try {
            while (!paused && connection.isReceiving() && frames.next(in)) {
                took = true;
                connection.take(frames, in);
            }
        } catch (BadPacketException e) {
            connection.bad(e);
        } finally {
            parsing = false;
        }
        unread.releaseIf(!connection.isOpen());
    }

    /// The [PublishHandler] takes no more for now.
    void intakeIsFull() {
        intakeFull = true;
        Runnable hasRoom =
                () -> {
                    intakeFull = false;
                    regulate();
                };
        connection.ports().publishHandler().whenReady(() -> connection.onLoop(hasRoom));
    }

    /// Stops reading from the socket, or goes on.
    void regulate() {
        if (!connection.isOpen()) {
            return;
        }
        boolean stop = intakeFull || connection.hasEnough();
        if (stop == paused) {
            return;
        }
        paused = stop;
        connection.channel().config().setAutoRead(!stop);
        if (!stop) {
            connection.alive();
            connection.loop().execute(this::resume);
        }
    }

    /// Goes on with what was read before the pause.
    private void resume() {
        ByteBuf in = unread.get();
        if (!paused && in != null && connection.isReceiving()) {
            inRead = true;
            parse(in);
            connection.readIsOver();
        }
    }

    /// What still comes is read to be forgotten.
    void discard() {
        paused = false;
        unread.releaseIf(!parsing);
        connection.channel().config().setAutoRead(true);
    }

    /// The socket is closed.
    void end() {
        if (!parsing) {
            unread.releaseIf(true);
        }
    }
}
