package io.riacho.loadtest;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import io.riacho.net.EventLoops;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The load of readings over TCP, a line each. A line that came due is written whether or not the one
/// before it has been answered; answers come in order.
final class TcpLoad implements Load {

    private static final String ANSWER = "Dados recebidos com sucesso.";

    private static final int LINE_BYTES_MAX = 65_536;

    /// Lines of one connection that wait for their answer; a further one that comes due is not
    /// written, and counts as failed.
    private static final int WAITING_MAX = 10_000;

    private static final int CONNECT_MILLIS_MAX = 10_000;

    private final LoadOptions options;
    private final @Nullable SslContext tls;
    private final Measurements measurements;
    private final EventLoops loops;
    private final AtomicReferenceArray<@Nullable Connection> connections;
    private volatile boolean closing;

    /// @throws IOException when the files of the options' TLS cannot be used
    TcpLoad(LoadOptions options, EventLoops loops, Measurements measurements) throws IOException {
        this.options = options;
        ClientTls with = options.tls();
        tls = with == null ? null : with.plainProtocol();
        this.loops = loops;
        this.measurements = measurements;
        connections = new AtomicReferenceArray<>(options.connections());
    }

    @Override
    public void open(int index, Opening opening) {
        Connection connection = new Connection(index);
        ChannelFuture connect =
                new Bootstrap()
                        .group(loops.workers())
                        .channel(loops.channelType())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        if (tls != null) {
                                            channel.pipeline().addLast(tlsHandler(tls, channel));
                                        }
                                        channel.pipeline()
                                                .addLast(new LineBasedFrameDecoder(LINE_BYTES_MAX))
                                                .addLast(connection);
                                    }
                                })
                        .connect(options.target().host(), options.target().port());
        connect.addListener(done -> {
            if (done.isSuccess()) {
                connection.channel = connect.channel();
                connections.set(index, connection);
                opening.opened();
            } else {
                opening.failed(String.valueOf(done.cause().getMessage()));
            }
        });
    }

    private SslHandler tlsHandler(SslContext context, Channel channel) {
        Target target = options.target();
        return context.newHandler(channel.alloc(), target.host(), target.port());
    }

    @Override
    public void begin() {
        // Nothing comes before the first line.
    }

    @Override
    public void send(int index, long dueNanos) {
        Connection connection = connections.get(index);
        if (connection != null) {
            connection.send(dueNanos);
        }
    }

    @Override
    public boolean sends() {
        return true;
    }

    @Override
    public void close() {
        closing = true;
        for (int index = 0; index < connections.length(); index++) {
            Connection connection = connections.get(index);
            if (connection != null && connection.channel != null) {
                connection.channel.close();
            }
        }
    }

    /// One connection. Its queue belongs to its event loop.
    private final class Connection extends SimpleChannelInboundHandler<ByteBuf> {

        private final int index;
        private final ArrayDeque<Long> dueNanosOfWaiting = new ArrayDeque<>();
        private long timestampMillis = System.currentTimeMillis();
        private volatile @Nullable Channel channel;

        Connection(int index) {
            this.index = index;
        }

        void send(long dueNanos) {
            Channel to = channel;
            if (to != null && to.isActive()) {
                measurements.sent();
                to.eventLoop().execute(() -> write(to, dueNanos));
            }
        }

        /// Every reading has a timestamp of its own, so that none is a duplicate.
        private void write(Channel to, long dueNanos) {
            if (dueNanosOfWaiting.size() >= WAITING_MAX) {
                measurements.requestFailed(
                        "more than " + WAITING_MAX + " lines wait for their answer");
                return;
            }
            timestampMillis = Math.max(timestampMillis + 1, System.currentTimeMillis());
            double value = 20 + (timestampMillis % 1_000) / 100.0;
            String line =
                    String.format(
                            Locale.ROOT,
                            "{\"sensor_id\":\"load-%d\",\"value\":%.2f,\"timestamp\":%d}%n",
                            index,
                            value,
                            timestampMillis);
            dueNanosOfWaiting.add(dueNanos);
            to.writeAndFlush(ByteBufUtil.writeUtf8(to.alloc(), line), to.voidPromise());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
            Long dueNanos = dueNanosOfWaiting.poll();
            String text = line.toString(StandardCharsets.UTF_8);
            if (dueNanos != null && text.equals(ANSWER)) {
                measurements.answered(System.nanoTime() - dueNanos);
            } else {
                measurements.requestFailed("answered " + text);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!closing) {
                measurements.failed("the server closed the connection");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!closing) {
                measurements.failed(String.valueOf(cause.getMessage()));
            }
            context.close();
        }
    }
}
