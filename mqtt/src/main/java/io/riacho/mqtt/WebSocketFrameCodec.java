package io.riacho.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToMessageCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;

/// Unwraps WebSocket frames into the bytes in them and wraps bytes again (MQTT 5.0, 6): only binary frames
/// bear MQTT, and a packet may begin and end anywhere in them [MQTT-6.0.0-1, MQTT-6.0.0-2].
final class WebSocketFrameCodec extends MessageToMessageCodec<WebSocketFrame, ByteBuf> {

    /// Frames that continue a text frame are not taken either.
    private boolean binary;

    WebSocketFrameCodec() {
        super(WebSocketFrame.class, ByteBuf.class);
    }

    @Override
    protected void encode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out) {
        out.add(new BinaryWebSocketFrame(bytes.retain()));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, WebSocketFrame frame, List<Object> out) {
        if (frame instanceof BinaryWebSocketFrame) {
            binary = true;
        } else if (!(frame instanceof ContinuationWebSocketFrame) || !binary) {
            var _ = ctx.close();
            return;
        }
        out.add(frame.content().retain());
    }
}
