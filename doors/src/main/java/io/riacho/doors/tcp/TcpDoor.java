package io.riacho.doors.tcp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.SeriesTable;
import io.riacho.net.EventLoops;
import io.riacho.net.ServerSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The TCP door: newline-delimited JSON readings, each answered once it is durable.
///
/// Made by [#start]. [#close] answers what is under way, for a bounded time; the event loops belong to
/// the caller and must outlive it.
public final class TcpDoor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TcpDoor.class);

    private static final WriteBufferWaterMark ANSWER_BYTES_MARKS =
            new WriteBufferWaterMark(64 << 10, 256 << 10);

    private final TcpOptions options;
    private final Intake intake;
    private final SeriesTable table;
    private final @Nullable SslContext tls;
    private final Counter stored;
    private final Counter refused;
    private final UnreadAnswers unread;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentHashMap<EventLoop, LineLoop> loops = new ConcurrentHashMap<>();

    private volatile boolean closing;
    private @Nullable ServerSocket listening;

    private TcpDoor(
            TcpOptions options,
            Intake intake,
            SeriesTable table,
            @Nullable SslContext tls,
            MeterRegistry meters) {
        this.options = options;
        this.intake = intake;
        this.table = table;
        this.tls = tls;
        this.unread = new UnreadAnswers(options.fixed().unreadAnswerBytesMax());
        stored =
                Counter.builder("riacho.tcp.lines")
                        .tag("answer", "stored")
                        .description("Lines answered, stored or refused")
                        .register(meters);
        refused = Counter.builder("riacho.tcp.lines").tag("answer", "refused").register(meters);
        meters.gauge("riacho.tcp.connections", open);
        meters.gauge("riacho.tcp.unread.answer.bytes", unread, UnreadAnswers::bytes);
    }

    /// Listens.
    ///
    /// @param address where; port 0 picks a free one
    /// @param tls for encrypted connections, or null for plain ones
    /// @throws IOException when the address cannot be bound; it names the address
    public static TcpDoor start(
            TcpOptions options,
            InetSocketAddress address,
            Intake intake,
            SeriesTable table,
            EventLoops eventLoops,
            @Nullable SslContext tls,
            MeterRegistry meters)
            throws IOException {
        TcpDoor door = new TcpDoor(options, intake, table, tls, meters);
        door.listening =
                ServerSocket.start(
                        "TCP",
                        address,
                        eventLoops,
                        bootstrap ->
                                bootstrap
                                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                                        .childOption(
                                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                                ANSWER_BYTES_MARKS),
                        door::accept);
        return door;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        if (listening == null) {
            throw new IllegalStateException("the TCP door does not listen");
        }
        return listening.address();
    }

    private void accept(Channel channel) {
        channel.closeFuture().addListener(_ -> open.decrementAndGet());
        if (open.incrementAndGet() > options.connectionsMax() || closing) {
            turnAway(channel);
            return;
        }
        connections.add(channel);
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        LineLoop loop = loops.computeIfAbsent(channel.eventLoop(), this::newLoop);
        channel.pipeline()
                .addLast(
                        new IdleStateHandler(
                                options.idleMax().toMillis(), 0, 0, TimeUnit.MILLISECONDS));
        channel.pipeline().addLast(new LineConnection(channel, options, intake, loop, unread));
    }

    private LineLoop newLoop(EventLoop loop) {
        return new LineLoop(new JsonLineDecoder(table), new ReceiptLoop(loop, stored, refused));
    }

    /// Says why, when that needs no handshake, and closes.
    private void turnAway(Channel channel) {
        channel.config().setAutoRead(false);
        if (tls != null) {
            channel.close();
            return;
        }
        ByteBuf out = channel.alloc().buffer();
        Answers.error(
                out,
                closing
                        ? "the server is stopping"
                        : "there are already "
                                + options.connectionsMax()
                                + " connections; try again later");
        channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    /// Takes no more connections and lines, answers those that it took, and closes. Waits for
    /// [TcpOptions.Fixed#drain] at most.
    @Override
    public void close() {
        closing = true;
        if (listening != null) {
            listening.close();
        }
        for (Channel channel : connections) {
            channel.eventLoop()
                    .execute(() -> {
                        LineConnection lines = channel.pipeline().get(LineConnection.class);
                        if (lines == null) {
                            channel.close();
                        } else {
                            lines.endInput();
                        }
                    });
        }
        boolean drained =
                connections
                        .newCloseFuture()
                        .awaitUninterruptibly(options.fixed().drain().toMillis());
        if (!drained) {
            LOG.warn(
                    "{} TCP connections are closed before their answers were read",
                    connections.size());
            connections.close().awaitUninterruptibly(1000);
        }
    }
}
