package io.riacho.benchmarks.mqtt;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.util.ReferenceCountUtil;
import io.riacho.disk.DiskFile;
import io.riacho.disk.RealDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/// The least that makes messages of QoS 1 durable before it acknowledges them: Netty's MQTT codec, the
/// payloads of a read as one batch, one thread that appends what waits to a preallocated file and syncs
/// once for all of it, the PUBACKs of a batch as one write.
///
/// No sessions, no subscriptions, no authorization, no look at topics or payloads: what any broker on
/// this codec does at least. It has no bound of its own; its clients' windows are one.
final class BareMqttServer {

    private static final int FILE_BYTES = 256 << 20;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int PACKET_BYTES_MAX = 1 << 20;

    private BareMqttServer() {}

    /// Serves until it is killed.
    ///
    /// @param arguments the port, and the file
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[1]);
        try (DiskFile reserved = new RealDisk().open(file)) {
            reserved.allocate(FILE_BYTES);
            reserved.sync();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            Committer committer = new Committer(channel);
            listen(Integer.parseInt(arguments[0]), committer);
            committer.run();
        }
    }

    private static void listen(int port, Committer committer) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), io);
        new ServerBootstrap()
                .group(loops)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new MqttDecoder(PACKET_BYTES_MAX),
                                                MqttEncoder.INSTANCE,
                                                new Connection(committer));
                            }
                        })
                .bind("127.0.0.1", port)
                .syncUninterruptibly();
    }

    /// The messages of one read: payloads one behind the other, and the PUBACKs that answer them.
    private record Batch(ChannelHandlerContext context, ByteBuf payloads, ByteBuf pubacks) {}

    private static final class Connection extends ChannelInboundHandlerAdapter {

        private final Committer committer;
        private ByteBuf[] filling = new ByteBuf[0];

        Connection(Committer committer) {
            this.committer = committer;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            switch (message) {
                case MqttPublishMessage publish -> {
                    if (filling.length == 0) {
                        filling =
                                new ByteBuf[] {
                                    context.alloc().directBuffer(8192), context.alloc().buffer(1024)
                                };
                    }
                    filling[0].writeBytes(publish.payload());
                    filling[1].writeInt(
                            Packets.acknowledgement(
                                    Packets.PUBACK, publish.variableHeader().packetId()));
                }
                case MqttConnectMessage _ ->
                        context.writeAndFlush(
                                MqttMessageBuilders.connAck()
                                        .returnCode(MqttConnectReturnCode.CONNECTION_ACCEPTED)
                                        .build());
                default -> {}
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (filling.length > 0) {
                committer.waiting.add(new Batch(context, filling[0], filling[1]));
                filling = new ByteBuf[0];
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    /// The group commit. When the file is full, it begins again at the file's start.
    private static final class Committer {

        private final FileChannel file;
        private final LinkedBlockingQueue<Batch> waiting = new LinkedBlockingQueue<>();
        private final ByteBuffer block = ByteBuffer.allocateDirect(BATCH_BYTES);
        private long position;

        Committer(FileChannel file) {
            this.file = file;
        }

        void run() throws IOException, InterruptedException {
            List<Batch> taken = new ArrayList<>();
            while (true) {
                taken.add(waiting.take());
                waiting.drainTo(taken);
                for (Batch each : taken) {
                    append(each.payloads());
                }
                write();
                file.force(false);
                for (Batch each : taken) {
                    each.context()
                            .executor()
                            .execute(() -> each.context().writeAndFlush(each.pubacks()));
                }
                taken.clear();
            }
        }

        private void append(ByteBuf payloads) throws IOException {
            while (payloads.isReadable()) {
                if (!block.hasRemaining()) {
                    write();
                }
                int bytes = Math.min(block.remaining(), payloads.readableBytes());
                block.limit(block.position() + bytes);
                payloads.readBytes(block);
                block.limit(block.capacity());
            }
            payloads.release();
        }

        private void write() throws IOException {
            block.flip();
            if (position + block.remaining() > FILE_BYTES) {
                position = 0;
            }
            while (block.hasRemaining()) {
                position += file.write(block, position);
            }
            block.clear();
        }
    }
}
