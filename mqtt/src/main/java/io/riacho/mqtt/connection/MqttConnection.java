package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.broker.SessionOwner;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.FrameReader;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.spi.PublishBatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client's connection, from its first byte to the session's release: its socket, and the states that it
/// goes through. The packets on it are for others: the [Handshake] up to CONNACK, the [PacketDispatcher]
/// from there on. On its event loop, but for what [SessionOwner] and
/// [io.riacho.mqtt.spi.Client] say and the few methods that say so.
///
/// Bytes that cannot be used yet (a packet that is cut, or packets behind a CONNECT that is still being
/// looked at, or behind a full intake) wait in one buffer, and the socket is not read meanwhile. Such a
/// client is not timed out: it may well have sent its PINGREQ [MQTT-3.1.2-22].
///
/// What is written gathers in one buffer and goes out once, at the end of a read or when a batch was
/// answered.
final class MqttConnection implements SessionOwner {

    private static final Logger LOG = LoggerFactory.getLogger(MqttConnection.class);

    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private enum State {
        /// Nothing came yet.
        NEW,
        /// CONNECT came; its answer depends on others.
        CONNECTING,
        /// CONNACK was sent.
        CONNECTED,
        /// The last bytes are on their way out.
        CLOSING,
        CLOSED
    }

    private final ConnectionRegistry registry;
    private final Broker broker;
    private final ChannelHandlerContext context;
    private final PacketBuffer packetBuffer;
    private final ClientCounters counters;
    private final ConnectedClient client;
    private final Handshake handshake;
    private final PacketDecoderLoop decoder;
    private final Runnable drainTask = this::drain;

    private State state = State.NEW;
    private @Nullable PacketDispatcher dispatcher;
    private @Nullable Future<?> timeout;

    private @Nullable Session session;
    private ReasonCode endCode = ReasonCode.UNSPECIFIED_ERROR;
    private String endReason = "the connection was lost";
    private boolean announced;

    MqttConnection(ConnectionRegistry registry, String listener, ChannelHandlerContext context) {
        this.registry = registry;
        this.broker = registry.broker();
        this.context = context;
        this.counters = new ClientCounters(broker.counters());
        this.packetBuffer = new PacketBuffer(context, counters);
        this.client = new ConnectedClient(this, listener, counters);
        this.decoder = new PacketDecoderLoop(this, broker.limits().packetBytesMax());
        this.handshake = new Handshake(this, broker);
    }

    ConnectedClient client() {
        return client;
    }

    ClientCounters counters() {
        return counters;
    }

    Channel channel() {
        return context.channel();
    }

    EventLoop loop() {
        return channel().eventLoop();
    }

    /// The parts of the embedding program.
    Ports ports() {
        return registry.ports();
    }

    // ---- by any thread

    @Override
    public String clientId() {
        return client.id();
    }

    void endLater(ReasonCode code, String reason) {
        onLoop(() -> end(code, reason));
    }

    @Override
    public void takeOver() {
        endLater(ReasonCode.SESSION_TAKEN_OVER, "another connection has this client id");
    }

    @Override
    public void granted(Session mine) {
        onLoop(() -> handshake.begin(mine));
    }

    @Override
    public void wake() {
        execute(drainTask);
    }

    void onLoop(Runnable task) {
        if (loop().inEventLoop()) {
            task.run();
        } else {
            execute(task);
        }
    }

    private void execute(Runnable task) {
        try {
            loop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("The server has stopped", e);
        }
    }

    // ---- Netty's events

    /// The socket is open: a CONNECT must come soon.
    void opened() {
        Runnable giveUp =
                () -> {
                    if (state == State.NEW || state == State.CONNECTING) {
                        close();
                    }
                };
        long millis = broker.limits().fixed().connectTimeoutMillis();
        timeout = loop().schedule(giveUp, millis, TimeUnit.MILLISECONDS);
    }

    void read(ByteBuf bytes) {
        if (isOpen()) {
            counters.read(bytes.readableBytes());
            decoder.came(bytes, context.alloc());
        } else {
            bytes.release();
        }
    }

    /// Packets of the client are taken.
    boolean isReceiving() {
        return state == State.NEW || state == State.CONNECTED;
    }

    /// Takes the packet that was found.
    void take(FrameReader frames, ByteBuf in) throws BadPacketException {
        PacketDispatcher with = dispatcher;
        if (with != null) {
            with.take(frames, in);
        } else if (frames.type() == PacketType.CONNECT) {
            handshake.connect(frames, in);
        } else {
            throw BadPacketException.protocolError("the first packet is not a CONNECT");
        }
    }

    void bad(BadPacketException e) {
        LOG.debug("Client {}: {}", client.id(), e.reason());
        end(e.code(), e.reason());
    }

    void readIsOver() {
        if (dispatcher != null) {
            dispatcher.readIsOver();
        }
        decoder.readIsOver();
        drain();
        decoder.regulate();
        flush();
    }

    /// A fault, or the socket's.
    void failed(String reason) {
        if (isOpen()) {
            endReason = reason;
        }
        close();
    }

    // ---- for the handshake

    /// CONNECT is being looked at; nothing more is read meanwhile.
    void connecting(String clientId) {
        state = State.CONNECTING;
        client.calledItself(clientId);
        decoder.regulate();
    }

    boolean isConnecting() {
        return state == State.CONNECTING;
    }

    void began(Session mine, PacketDispatcher with) {
        session = mine;
        client.has(mine);
        dispatcher = with;
    }

    /// CONNACK was written.
    void connected(Session mine, int agreedKeepAliveSeconds, boolean present) {
        client.keepAliveSeconds(agreedKeepAliveSeconds);
        state = State.CONNECTED;
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
        registry.add(client);
        announced = true;
        mine.online();
        ports().events().connected(client, present);
        for (String each : mine.filters()) {
            ports().events().subscribed(client, each);
        }
        flush();
        drain();
        decoder.regulate();
    }

    /// The refusal was written.
    void refused(ReasonCode code, String reason) {
        endCode = code;
        endReason = reason;
        closeAfterFlush();
    }

    /// Whoever that is, it would not understand an answer.
    void closeUnanswered(String reason) {
        endReason = reason;
        close();
    }

    void keepAliveMissed() {
        end(ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing came for 1.5 times the keep-alive");
    }

    // ---- for its parts

    PacketDecoderLoop decoder() {
        return decoder;
    }

    /// Nothing more of the client is wanted for now.
    boolean hasEnough() {
        return state == State.CONNECTING || (dispatcher != null && dispatcher.isFull());
    }

    /// Something came, or the socket is read again.
    void alive() {
        if (dispatcher != null) {
            dispatcher.alive();
        }
    }

    boolean isOpen() {
        return state == State.CONNECTED || state == State.CONNECTING || state == State.NEW;
    }

    boolean isWritable() {
        return channel().isWritable();
    }

    /// The reason to put into an acknowledgement, or null for none.
    @Nullable String reasonInAck(@Nullable String reason) {
        return handshake.reasonInAck(reason);
    }

    @Override
    public boolean startsClean() {
        return handshake.startsClean();
    }

    /// Where to write packets.
    ByteBuf out(int bytes) {
        return packetBuffer.buffer(bytes);
    }

    /// Hands what was written to the socket, not yet flushed.
    void write() {
        packetBuffer.write();
    }

    private void flush() {
        packetBuffer.flush();
    }

    /// Sends what waits for the client.
    void drain() {
        PacketDispatcher with = dispatcher;
        if (state == State.CONNECTED && with != null) {
            with.drain();
            if (!decoder.isInRead()) {
                with.storeAcked();
                flush();
            }
        }
    }

    /// A piece of work that may find that a packet is bad.
    interface Step {
        void run() throws BadPacketException;
    }

    /// Does something that may find that a packet is bad, outside of a read.
    void attempt(Step step) {
        try {
            step.run();
        } catch (BadPacketException e) {
            bad(e);
        }
    }

    /// Something that waited is done: acknowledgements may have been written, and there may be room.
    void progressed() {
        if (state == State.CLOSED) {
            releaseSession();
            return;
        }
        if (!decoder.isInRead()) {
            flush();
            decoder.regulate();
        }
    }

    // ---- the end

    /// The client ended the connection.
    void leave(ReasonCode code, String reason) {
        endCode = code;
        endReason = reason;
        state = State.CLOSING;
        flush();
        close();
    }

    /// Ends the connection from our side.
    void end(ReasonCode code, String reason) {
        if (!isOpen()) {
            return;
        }
        endCode = code;
        endReason = reason;
        if (state == State.CONNECTED && client.version() == Version.MQTT_5) {
            PacketWriter.disconnect(out(64), code, handshake.reasonThatFits(reason));
        }
        closeAfterFlush();
    }

    /// Ends the connection, since what came by it cannot be made durable.
    void endUndurable(PublishBatch.Failure failure, String reason) {
        ReasonCode code =
                switch (failure) {
                    case FULL -> ReasonCode.QUOTA_EXCEEDED;
                    case UNAVAILABLE -> ReasonCode.SERVER_BUSY;
                };
        end(code, reason);
    }

    private void closeAfterFlush() {
        state = State.CLOSING;
        if (packetBuffer.flushAndClose()) {
            timeout = loop().schedule(this::close, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } else {
            close();
        }
    }

    private void close() {
        if (state != State.CLOSED) {
            state = State.CLOSING;
            var _ = context.close();
        }
    }

    /// The socket is closed.
    void closed() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        if (timeout != null) {
            timeout.cancel(false);
        }
        decoder.end();
        packetBuffer.discard();
        if (dispatcher == null) {
            if (!client.id().isEmpty()) {
                broker.withdraw(this);
            }
            return;
        }
        dispatcher.end();
        if (announced) {
            registry.remove(client);
            ports().events().disconnected(client, endCode, endReason);
        }
        releaseSession();
    }

    /// Gives the session up as soon as nothing of it is on its way.
    private void releaseSession() {
        Session mine = session;
        if (mine != null && dispatcher != null && dispatcher.isQuiet()) {
            session = null;
            client.has(null);
            mine.release(this, announced ? dispatcher.will() : null);
        }
    }
}
