package io.riacho.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.DisconnectPacket;
import io.riacho.mqtt.packet.FrameReader;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionStore;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection, from its first byte to the session's release. On its event loop, but for
/// what [Client] says and the few methods that say so.
///
/// Bytes that cannot be used yet (a packet that is cut, or packets behind a CONNECT that is still being
/// looked at, or behind a full intake) wait in one buffer, and the socket is not read meanwhile. Such a
/// client is not timed out: it may well have sent its PINGREQ [MQTT-3.1.2-22].
///
/// What is written gathers in one buffer and goes out once, at the end of a read or when a batch was
/// answered.
final class MqttConnection extends ChannelInboundHandlerAdapter implements Client {

    private static final Logger log = LoggerFactory.getLogger(MqttConnection.class);

    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    /// What a packet with a reason string has besides it, at most.
    private static final int REASON_OVERHEAD_BYTES = 16;

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

    private final Broker broker;
    private final Listener listener;
    private final FrameReader frames;
    private final ClientCounts counts;
    private final Runnable drainTask = this::drain;

    private State state = State.NEW;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf unread;
    private @Nullable PacketOutlet outlet;
    private boolean inRead;
    private boolean parsing;
    private boolean paused;
    private boolean intakeFull;
    private int storesPending;
    private @Nullable Future<?> timeout;

    private volatile String id = "";
    private volatile Version version = Version.MQTT_3_1_1;
    private volatile Object identity = "";
    private volatile @Nullable Session session;
    private boolean idAssigned;
    private @Nullable ConnectPacket connect;
    private ConnectPacket.@Nullable Will will;
    private @Nullable KeepAlive keepAlive;
    private volatile int keepAliveSeconds;
    private @Nullable InboundPublishes inbound;
    private @Nullable OutboundPublishes outbound;
    private @Nullable SubscriptionRequests requests;
    private ReasonCode endCode = ReasonCode.UNSPECIFIED_ERROR;
    private String endReason = "the connection was lost";
    private boolean announced;

    MqttConnection(Broker broker, Listener listener) {
        this.broker = broker;
        this.listener = listener;
        this.frames = new FrameReader(broker.limits().packetBytesMax());
        this.counts = new ClientCounts(broker.counters());
    }

    // ---- the client, by any thread

    @Override
    public String id() {
        return id;
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public Object identity() {
        return identity;
    }

    @Override
    public SocketAddress remoteAddress() {
        return channel().remoteAddress();
    }

    @Override
    public String listener() {
        return listener.name();
    }

    @Override
    public int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    @Override
    public ClientStatistics statistics() {
        Session of = session;
        return counts.statistics(of == null ? 0 : of.queued(), of == null ? 0 : of.dropped());
    }

    ClientCounts counts() {
        return counts;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("the connection is in no pipeline");
        }
        return known;
    }

    private Channel channel() {
        return context().channel();
    }

    EventLoop loop() {
        return channel().eventLoop();
    }

    /// Ends the connection, by any thread.
    void endLater(ReasonCode code, String reason) {
        onLoop(() -> end(code, reason));
    }

    /// Another connection wants the session. By any thread.
    void takeOver() {
        endLater(ReasonCode.SESSION_TAKEN_OVER, "another connection has this client id");
    }

    /// Messages wait for the client. By any thread.
    void wake() {
        try {
            loop().execute(drainTask);
        } catch (RejectedExecutionException e) {
            log.debug("The server has stopped", e);
        }
    }

    private void onLoop(Runnable task) {
        if (loop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop().execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("The server has stopped", e);
        }
    }

    // ---- Netty

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        outlet = new PacketOutlet(ctx, counts);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        MqttLimits limits = broker.limits();
        timeout =
                loop().schedule(
                                () -> {
                                    if (state == State.NEW || state == State.CONNECTING) {
                                        close();
                                    }
                                },
                                limits.connectTimeoutMillis(),
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (state == State.CLOSING || state == State.CLOSED) {
            bytes.release();
            return;
        }
        inRead = true;
        counts.read(bytes.readableBytes());
        ByteBuf in = join(bytes);
        unread = in;
        parse(in);
    }

    /// What is unread and what came, in one buffer.
    private ByteBuf join(ByteBuf bytes) {
        ByteBuf before = unread;
        if (before == null) {
            return bytes;
        }
        int length = bytes.readableBytes();
        if (before.refCnt() > 1 || before.isReadOnly()) {
            ByteBuf both = context().alloc().buffer(before.readableBytes() + length);
            both.writeBytes(before);
            before.release();
            before = both;
        } else if (before.readerIndex() > before.readableBytes()) {
            before.discardReadBytes();
        }
        before.writeBytes(bytes);
        bytes.release();
        return before;
    }

    private void parse(ByteBuf in) {
        parsing = true;
        try {
            while (!paused && isReceiving() && frames.next(in)) {
                dispatch(in);
            }
        } catch (BadPacketException e) {
            bad(e);
        } finally {
            parsing = false;
        }
        if (unread != null && (!in.isReadable() || !isOpen())) {
            unread = null;
            in.release();
        }
    }

    private boolean isReceiving() {
        return state == State.NEW || state == State.CONNECTED;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (keepAlive != null) {
            keepAlive.alive();
        }
        readIsOver();
    }

    private void readIsOver() {
        if (inbound != null) {
            inbound.submit();
        }
        inRead = false;
        if (outbound != null) {
            outbound.storeSettled();
            if (isOpen()) {
                drain();
            }
        }
        regulate();
        flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && state == State.CONNECTED) {
            drain();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof RuntimeException && !(cause instanceof DecoderException)) {
            log.warn("A fault on the connection of {} at {}", id, listener.name(), cause);
        } else {
            log.debug("Connection of {} at {}", id, listener.name(), cause);
        }
        if (state != State.CLOSING && state != State.CLOSED) {
            endReason = String.valueOf(cause.getMessage());
        }
        close();
    }

    // ---- packets

    private void dispatch(ByteBuf in) throws BadPacketException {
        int start = frames.start();
        int end = frames.end();
        int type = frames.type();
        if (state == State.NEW) {
            if (type != PacketType.CONNECT) {
                throw protocolError("the first packet is not a CONNECT");
            }
            connect(in, start, end);
            return;
        }
        InboundPublishes fromClient = inbound;
        OutboundPublishes toClient = outbound;
        SubscriptionRequests asked = requests;
        if (fromClient == null || toClient == null || asked == null) {
            throw new IllegalStateException("a connected client without a session");
        }
        switch (type) {
            case PacketType.PUBLISH -> {
                fromClient.publish(in, frames.header(), start, end);
                if (fromClient.isFull()) {
                    regulate();
                }
            }
            case PacketType.PUBACK -> toClient.puback(in, start, end);
            case PacketType.PUBREC -> toClient.pubrec(in, start, end);
            case PacketType.PUBREL -> fromClient.pubrel(in, start, end);
            case PacketType.PUBCOMP -> toClient.pubcomp(in, start, end);
            case PacketType.SUBSCRIBE -> asked.subscribe(in, start, end);
            case PacketType.UNSUBSCRIBE -> asked.unsubscribe(in, start, end);
            case PacketType.PINGREQ -> {
                if (start != end) {
                    throw new BadPacketException(
                            ReasonCode.MALFORMED_PACKET, "a PINGREQ with a body");
                }
                PacketWriter.pingresp(out(2));
            }
            case PacketType.DISCONNECT ->
                    disconnect(DisconnectPacket.read(in, start, end, version));
            case PacketType.CONNECT -> throw protocolError("a second CONNECT");
            case PacketType.AUTH ->
                    throw protocolError("an AUTH, though no authentication method was agreed on");
            default -> throw protocolError("packet type " + type + " is a server's");
        }
    }

    private static BadPacketException protocolError(String reason) {
        return new BadPacketException(ReasonCode.PROTOCOL_ERROR, reason);
    }

    private void bad(BadPacketException e) {
        log.debug("Client {}: {}", id, e.reason());
        end(e.code(), e.reason());
    }

    private void disconnect(DisconnectPacket packet) throws BadPacketException {
        Session mine = session;
        long seconds = packet.sessionExpirySeconds();
        if (seconds > 0 && mine != null && mine.expirySeconds() == 0) {
            throw protocolError("a session that ends with its connection is to expire later");
        }
        if (seconds >= 0 && mine != null) {
            boolean ends = seconds == 0 && mine.isDurable();
            mine.expirySeconds(Math.min(seconds, broker.limits().sessionExpirySecondsMax()));
            if (ends) {
                broker.storeQuietly(List.of(new SessionChange.Removed(id)));
            }
        }
        endCode = packet.code();
        if (packet.code() == ReasonCode.SUCCESS) {
            will = null;
            endReason = "the client disconnected";
        } else {
            endReason = "the client disconnected, saying " + packet.code();
        }
        state = State.CLOSING;
        flush();
        close();
    }

    // ---- connecting

    private void connect(ByteBuf in, int start, int end) throws BadPacketException {
        int level;
        try {
            level = ConnectPacket.level(in, start, end);
        } catch (BadPacketException e) {
            endReason = e.reason();
            close();
            return;
        }
        version = ConnectChecks.answeredIn(level);
        if (level != version.level()) {
            refuse(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "protocol level " + level + "; 4 (MQTT 3.1.1) and 5 are spoken");
            return;
        }
        frames.speaks(version);
        ConnectPacket packet;
        try {
            packet = ConnectPacket.read(in, start, end, version);
        } catch (BadPacketException e) {
            refuse(e.code(), e.reason());
            return;
        }
        connect = packet;
        will = packet.will();
        Authenticator.Refused refused = ConnectChecks.refusal(packet, version, broker.limits());
        if (refused != null) {
            refuse(refused.code(), refused.reason());
            return;
        }
        if (broker.isStopping()) {
            refuse(ReasonCode.SERVER_UNAVAILABLE, "the server is stopping");
            return;
        }
        state = State.CONNECTING;
        regulate();
        id = packet.clientId();
        broker.authenticator()
                .authenticate(
                        new Authenticator.Request(
                                listener.name(),
                                remoteAddress(),
                                version,
                                packet.clientId(),
                                packet.userName(),
                                packet.password(),
                                ConnectChecks.certificates(channel())),
                        decision -> onLoop(() -> decided(decision)));
    }

    private void decided(Authenticator.Decision decision) {
        if (state != State.CONNECTING) {
            return;
        }
        switch (decision) {
            case Authenticator.Refused refused -> refuse(refused.code(), refused.reason());
            case Authenticator.Accepted accepted -> accept(accepted);
        }
    }

    private void accept(Authenticator.Accepted accepted) {
        identity = accepted.identity();
        if (id.isEmpty()) {
            String given = accepted.clientId();
            id = given == null ? "auto-" + UUID.randomUUID() : given;
            idAssigned = true;
        }
        ConnectPacket.Will left = will;
        if (left != null) {
            boolean allowed =
                    broker.authorizer().mayWill(this, left.topic())
                            && (!left.retain()
                                    || broker.authorizer().mayRetain(this, left.topic()));
            if (!allowed) {
                will = null;
                refuse(ReasonCode.NOT_AUTHORIZED, "no will on " + left.topic() + " is allowed");
                return;
            }
        }
        if (!broker.acquire(this)) {
            refuse(ReasonCode.QUOTA_EXCEEDED, "the server has as many sessions as it takes");
        }
    }

    boolean startsClean() {
        ConnectPacket packet = connect;
        return packet != null && packet.cleanStart();
    }

    /// The session is this connection's. By any thread.
    void granted(Session mine) {
        onLoop(() -> begin(mine));
    }

    private void begin(Session mine) {
        ConnectPacket packet = connect;
        if (state != State.CONNECTING || packet == null) {
            mine.release(this, null);
            return;
        }
        session = mine;
        boolean wasDurable = mine.isDurable();
        long seconds =
                Math.min(packet.sessionExpirySeconds(), broker.limits().sessionExpirySecondsMax());
        boolean present = mine.begin(packet.cleanStart(), seconds);
        inbound = new InboundPublishes(this, broker, mine);
        outbound = new OutboundPublishes(this, broker, mine, packet);
        requests = new SubscriptionRequests(this, broker, mine);
        List<SessionChange> changes = List.of();
        if (seconds > 0) {
            changes = List.of(new SessionChange.Opened(id, !present, seconds));
        } else if (wasDurable) {
            changes = List.of(new SessionChange.Removed(id));
        }
        whenStored(changes, () -> connected(mine, packet, present));
    }

    private void connected(Session mine, ConnectPacket packet, boolean present) {
        MqttLimits limits = broker.limits();
        int agreedSeconds = packet.keepAliveSeconds();
        int most = limits.keepAliveSecondsMax();
        boolean shortened =
                version == Version.MQTT_5
                        && most > 0
                        && (agreedSeconds == 0 || agreedSeconds > most);
        if (shortened) {
            agreedSeconds = most;
        }
        keepAliveSeconds = agreedSeconds;
        boolean earlier = mine.expirySeconds() < packet.sessionExpirySeconds();
        PacketWriter.connack(
                out(128),
                version,
                present,
                ReasonCode.SUCCESS,
                new PacketWriter.Announcement(
                        earlier ? mine.expirySeconds() : -1,
                        limits.receiveMax(),
                        limits.packetBytesMax(),
                        limits.topicAliasMax(),
                        shortened ? most : -1,
                        idAssigned ? id : null,
                        null));
        state = State.CONNECTED;
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
        if (agreedSeconds > 0) {
            keepAlive = new KeepAlive(loop(), agreedSeconds, () -> paused, this::keepAliveMissed);
        }
        broker.connected(this);
        announced = true;
        mine.online();
        broker.events().connected(this, present);
        for (String each : List.copyOf(mine.subscriptions().keySet())) {
            broker.events().subscribed(this, each);
        }
        flush();
        drain();
        regulate();
    }

    private void keepAliveMissed() {
        end(ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing came for 1.5 times the keep-alive");
    }

    /// Answers a CONNECT with an error, where the version has one, and closes.
    private void refuse(ReasonCode code, String reason) {
        broker.counters().refused();
        endCode = code;
        endReason = reason;
        will = null;
        log.debug("CONNECT of {} at {} refused: {}", id, listener.name(), reason);
        if (version == Version.MQTT_5 || code.returnCode311() >= 0) {
            String fitting = reasonThatFits(reason);
            PacketWriter.Announcement announcement =
                    fitting == null
                            ? PacketWriter.Announcement.NONE
                            : PacketWriter.Announcement.reason(fitting);
            PacketWriter.connack(out(64), version, false, code, announcement);
        }
        closeAfterFlush();
    }

    // ---- back-pressure

    /// Publishes takes no more for now.
    void intakeIsFull() {
        intakeFull = true;
        broker.publishes()
                .whenReady(() ->
                        onLoop(() -> {
                            intakeFull = false;
                            regulate();
                        }));
    }

    /// Stops reading from the socket, or goes on.
    private void regulate() {
        if (state == State.CLOSING || state == State.CLOSED) {
            return;
        }
        boolean full = inbound != null && inbound.isFull();
        boolean stop = state == State.CONNECTING || intakeFull || full;
        if (stop == paused) {
            return;
        }
        paused = stop;
        channel().config().setAutoRead(!stop);
        if (!stop) {
            if (keepAlive != null) {
                keepAlive.alive();
            }
            loop().execute(this::resume);
        }
    }

    /// Goes on with what was read before the pause.
    private void resume() {
        ByteBuf in = unread;
        if (!paused && in != null && isReceiving()) {
            inRead = true;
            parse(in);
            readIsOver();
        }
    }

    // ---- for its parts

    boolean isOpen() {
        return state == State.CONNECTED || state == State.CONNECTING || state == State.NEW;
    }

    boolean isWritable() {
        return channel().isWritable();
    }

    /// The reason to put into an acknowledgement: null when the client does not want any
    /// [MQTT-3.1.2-29].
    @Nullable String reasonInAck(@Nullable String reason) {
        ConnectPacket packet = connect;
        boolean wanted = packet != null && packet.requestProblemInfo();
        return wanted ? reasonThatFits(reason) : null;
    }

    /// Null when the packet with it might be larger than the client takes.
    private @Nullable String reasonThatFits(@Nullable String reason) {
        ConnectPacket packet = connect;
        if (packet == null || reason == null) {
            return reason;
        }
        int bytes = reason.getBytes(StandardCharsets.UTF_8).length + REASON_OVERHEAD_BYTES;
        return bytes <= packet.packetBytesMax() ? reason : null;
    }

    /// Where to write packets.
    ByteBuf out(int bytes) {
        return outlet().buffer(bytes);
    }

    /// Hands what was written to the socket, not yet flushed.
    void write() {
        outlet().write();
    }

    private void flush() {
        outlet().flush();
    }

    private PacketOutlet outlet() {
        PacketOutlet known = outlet;
        if (known == null) {
            throw new IllegalStateException("the connection is in no pipeline");
        }
        return known;
    }

    private void drain() {
        OutboundPublishes toClient = outbound;
        if (state == State.CONNECTED && toClient != null) {
            toClient.drain();
            if (!inRead) {
                toClient.storeSettled();
                flush();
            }
        }
    }

    /// What may find that a packet is bad.
    interface Step {
        void run() throws BadPacketException;
    }

    /// Does something when all that the client published before is done.
    void inOrder(Step step, int bytes) {
        InboundPublishes fromClient = inbound;
        if (fromClient != null) {
            fromClient.inOrder(
                    () -> {
                        try {
                            step.run();
                        } catch (BadPacketException e) {
                            bad(e);
                        }
                    },
                    bytes);
        }
    }

    /// Does what must wait until changes are durable; ends the connection when they cannot be.
    void whenStored(List<SessionChange> changes, Runnable then) {
        if (changes.isEmpty()) {
            then.run();
            return;
        }
        storesPending++;
        broker.store(
                changes,
                new SessionStore.Completion() {
                    @Override
                    public void stored() {
                        onLoop(() -> afterStore(then));
                    }

                    @Override
                    public void failed(boolean full, String reason) {
                        PublishBatch.Failure failure =
                                full ? PublishBatch.Failure.FULL : PublishBatch.Failure.UNAVAILABLE;
                        onLoop(() -> afterStore(() -> end(Broker.codeOf(failure), reason)));
                    }
                });
    }

    private void afterStore(Runnable then) {
        storesPending--;
        if (isOpen()) {
            then.run();
        }
        progressed();
    }

    /// Something that waited is done: acknowledgements may have been written, and there may be room.
    void progressed() {
        if (state == State.CLOSED) {
            releaseSession();
            return;
        }
        if (!inRead) {
            flush();
            regulate();
        }
    }

    // ---- the end

    /// Ends the connection from our side.
    void end(ReasonCode code, String reason) {
        if (!isOpen()) {
            return;
        }
        endCode = code;
        endReason = reason;
        if (state == State.CONNECTED && version == Version.MQTT_5) {
            PacketWriter.disconnect(out(64), code, reasonThatFits(reason));
        }
        closeAfterFlush();
    }

    private void closeAfterFlush() {
        state = State.CLOSING;
        if (outlet().flushAndClose()) {
            timeout = loop().schedule(this::close, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } else {
            close();
        }
    }

    private void close() {
        if (state != State.CLOSED) {
            state = State.CLOSING;
            var _ = context().close();
        }
    }

    private void closed() {
        if (state == State.CLOSED) {
            return;
        }
        boolean asking = session == null;
        state = State.CLOSED;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (keepAlive != null) {
            keepAlive.stop();
        }
        if (unread != null && !parsing) {
            unread.release();
            unread = null;
        }
        outlet().discard();
        if (asking) {
            if (!id.isEmpty()) {
                broker.withdraw(this);
            }
            return;
        }
        if (inbound != null) {
            inbound.submit();
        }
        if (outbound != null) {
            outbound.storeSettled();
        }
        if (announced) {
            broker.disconnected(this);
            broker.events().disconnected(this, endCode, endReason);
        }
        releaseSession();
    }

    /// Gives the session up as soon as nothing of it is on its way.
    private void releaseSession() {
        Session mine = session;
        if (mine != null && storesPending == 0 && (inbound == null || inbound.isQuiet())) {
            session = null;
            mine.release(this, announced ? will : null);
        }
    }
}
