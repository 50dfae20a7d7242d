package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Netty's handler of one channel: passes the events of the socket to its [MqttConnection].
final class MqttHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(MqttHandler.class);

    private final ConnectionRegistry registry;
    private final String listener;
    private @Nullable MqttConnection connection;

    MqttHandler(ConnectionRegistry registry, String listener) {
        this.registry = registry;
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        connection = new MqttConnection(registry, listener, ctx);
    }

    private MqttConnection connection() {
        MqttConnection known = connection;
        if (known == null) {
            throw new IllegalStateException("the handler is in no pipeline");
        }
        return known;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connection().opened();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            connection().read(bytes);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection().readIsOver();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            connection().drain();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection().closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        MqttConnection mine = connection();
        String id = mine.client().id();
        if (cause instanceof RuntimeException && !(cause instanceof DecoderException)) {
            LOG.warn("A fault on the connection of {} at {}", id, listener, cause);
        } else {
            LOG.debug("Connection of {} at {}", id, listener, cause);
        }
        mine.failed(String.valueOf(cause.getMessage()));
    }
}
