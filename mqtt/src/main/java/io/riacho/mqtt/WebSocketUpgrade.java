package io.riacho.mqtt;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.riacho.mqtt.spi.WebSocketGuard;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Looks at the one HTTP request of a connection, before the handshake: what cannot become a WebSocket that
/// speaks MQTT is answered as HTTP has it, and the connection closed.
final class WebSocketUpgrade extends ChannelInboundHandlerAdapter {

    static final String SUBPROTOCOL = "mqtt";

    private final String path;
    private final WebSocketGuard guard;

    WebSocketUpgrade(String path, WebSocketGuard guard) {
        this.path = path;
        this.guard = guard;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof FullHttpRequest request)) {
            ctx.fireChannelRead(message);
            return;
        }
        WebSocketGuard.Refused refused = refusal(request);
        if (refused == null) {
            ctx.pipeline().remove(this);
            ctx.fireChannelRead(request);
            return;
        }
        request.release();
        answer(ctx, refused);
    }

    private WebSocketGuard.@Nullable Refused refusal(FullHttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            return new WebSocketGuard.Refused(400, "this is not HTTP");
        }
        WebSocketGuard.Refused refused = guard.refusal(request);
        if (refused != null) {
            return refused;
        }
        if (!new QueryStringDecoder(request.uri()).path().equals(path)) {
            return new WebSocketGuard.Refused(404, "MQTT is at " + path);
        }
        if (!request.method().equals(HttpMethod.GET)
                || !request.headers()
                        .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            return new WebSocketGuard.Refused(426, "MQTT is spoken here by WebSocket alone");
        }
        boolean offered =
                request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                        .flatMap(each -> Arrays.stream(each.split(",", -1)))
                        .anyMatch(each -> each.strip().equals(SUBPROTOCOL));
        return offered
                ? null
                : new WebSocketGuard.Refused(
                        400, "the sub-protocol 'mqtt' must be among those that are offered");
    }

    private static void answer(ChannelHandlerContext ctx, WebSocketGuard.Refused refused) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(refused.status()),
                        ByteBufUtil.writeUtf8(ctx.alloc(), refused.reason() + "\n"));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (refused.status() == HttpResponseStatus.UPGRADE_REQUIRED.code()) {
            response.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        }
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
