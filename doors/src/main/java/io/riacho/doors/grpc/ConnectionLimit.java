package io.riacho.doors.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes the connections past a number as they are accepted, before a byte of them is read. Sits in
/// a listening channel's pipeline, where accepted channels pass as messages.
@Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

    /// A warning for the first refusal and every so-manieth after it.
    private static final int REFUSALS_PER_WARNING = 1_000;

    private final int connectionsMax;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    ConnectionLimit(int connectionsMax) {
        this.connectionsMax = connectionsMax;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel child) {
            if (open.incrementAndGet() > connectionsMax) {
                open.decrementAndGet();
                child.unsafe().closeForcibly();
                if (refused.getAndIncrement() % REFUSALS_PER_WARNING == 0) {
                    LOG.warn(
                            "closed a gRPC connection: {} are open, and no more are allowed",
                            connectionsMax);
                }
                return;
            }
            child.closeFuture().addListener(_ -> open.decrementAndGet());
        }
        context.fireChannelRead(message);
    }

    int open() {
        return open.get();
    }
}
