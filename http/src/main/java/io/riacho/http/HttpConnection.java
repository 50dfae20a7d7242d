package io.riacho.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.riacho.net.ConnectionErrors;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client: takes a request, answers it, takes the next.
///
/// Confined to its event loop, but for [#execute], [#chunk] and the like, which say so. Nothing is
/// read from the socket unless it is asked for, a message at a time: so pipelined requests wait (decoded
/// at most as many as one read of the socket brought), and a body is not taken while the intake is full.
///
/// ```
///   HEAD ──► (STORES: room in the intake?) ──► BODY ──► ANSWERING ──► HEAD
///     └── an error with a body still to come ──► answer ──► PASSING (body thrown away) ──► closed
/// ```
/// Each state but ANSWERING has a deadline that no trickle of bytes moves; an answer has one from when
/// it is written.
public final class HttpConnection extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    /// What is thrown away of a body that nobody wants, so that its sender sees the answer.
    private static final long PASS_BYTES_MAX = 32 << 20;

    private static final Duration PASS_TIME = Duration.ofSeconds(5);

    private enum State {
        HEAD,
        WAITING,
        BODY,
        ANSWERING,
        PASSING,
        TAKEN_OVER,
        CLOSED
    }

    private final HttpServer server;
    private final HttpOptions options;
    private final Channel channel;

    private final ReadOnDemand messages;
    private final RequestBody body;

    private State state = State.HEAD;
    private @Nullable HttpRequest request;
    private Router.@Nullable Match match;
    private @Nullable Response error;
    private QueryStringDecoder query = new QueryStringDecoder("/");
    private long passedBytes;
    private boolean keepAlive;
    private boolean bodyEnded;
    private boolean draining;
    private @Nullable ScheduledFuture<?> deadline;

    HttpConnection(HttpServer server, Channel channel) {
        this.server = server;
        this.options = server.options();
        this.channel = channel;
        this.messages = new ReadOnDemand(channel, this::take);
        this.body = new RequestBody(server.bodies(), options.bodyBytesMax());
    }

    public Channel channel() {
        return channel;
    }

    HttpOptions options() {
        return options;
    }

    /// Runs on the event loop; from any thread. Nothing, when that has ended.
    public void execute(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("An answer came after its event loop had ended", e);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        awaitHead();
        ctx.fireChannelActive();
    }

    private void awaitHead() {
        state = State.HEAD;
        request = null;
        match = null;
        error = null;
        bodyEnded = false;
        deadline(options.idleMax());
        messages.want();
    }

    // --- the request

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        messages.came(message);
    }

    private void take(Object message) {
        if (message instanceof HttpRequest head && state == State.HEAD) {
            head(head);
        } else if (message instanceof HttpContent content) {
            content(content);
        }
    }

    private void head(HttpRequest head) {
        request = head;
        deadline(options.fixed().transfer());
        if (head.decoderResult().isFailure()) {
            // Where the next request would begin is unknown.
            keepAlive = false;
            bodyEnded = true;
            answer(notHttp(head.decoderResult().cause()));
            return;
        }
        keepAlive = HttpUtil.isKeepAlive(head);
        query = new QueryStringDecoder(head.uri(), true);
        try {
            server.guard().check(head);
            match = server.router().find(head.method(), query.rawPath());
            checkBody(head);
        } catch (HttpProblemException e) {
            if (HttpUtil.isTransferEncodingChunked(head)
                    || HttpUtil.getContentLength(head, 0L) > 0) {
                refuseBody(e.answer());
                return;
            }
            error = e.answer();
        }
        if (match != null && error == null && match.route().kind() == Route.Kind.STORES) {
            state = State.WAITING;
            deadline(options.intakeWaitMax().plus(options.fixed().transfer()));
            server.gate().enter(channel.eventLoop(), this::readBody, this::noRoom);
        } else {
            readBody();
        }
    }

    private void checkBody(HttpRequest head) throws HttpProblemException {
        String length = head.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && HttpUtil.getContentLength(head, 0L) > options.bodyBytesMax()) {
            throw tooLarge();
        }
        String expect = head.headers().get(HttpHeaderNames.EXPECT);
        if (expect != null && !HttpUtil.is100ContinueExpected(head)) {
            throw new HttpProblemException(
                    HttpResponseStatus.EXPECTATION_FAILED,
                    "only '100-continue' can be expected, not '" + expect + "'");
        }
    }

    private HttpProblemException tooLarge() {
        return new HttpProblemException(
                HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                "the body is larger than " + options.bodyBytesMax() + " bytes; send it in parts");
    }

    private static Response notHttp(Throwable cause) {
        if (cause instanceof TooLongFrameException) {
            return Response.problem(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "the request line or a header is too long");
        }
        return Response.problem(HttpResponseStatus.BAD_REQUEST, "this is not HTTP/1.1");
    }

    private void noRoom() {
        if (state == State.WAITING) {
            refuseBody(
                    Response.unavailable(
                            "there is no room for readings: the disk is slower than their senders;"
                                    + " try again",
                            5));
        }
    }

    private void readBody() {
        HttpRequest head = request;
        if (head == null || state == State.CLOSED) {
            return;
        }
        state = State.BODY;
        deadline(options.fixed().transfer());
        if (HttpUtil.is100ContinueExpected(head)) {
            channel.writeAndFlush(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.CONTINUE,
                            Unpooled.EMPTY_BUFFER));
        }
        messages.want();
    }

    private void content(HttpContent content) {
        if (content.decoderResult().isFailure() && state == State.BODY) {
            keepAlive = false;
            bodyEnded = true;
            answer(notHttp(content.decoderResult().cause()));
            return;
        }
        switch (state) {
            case BODY -> bodyPart(content);
            case PASSING -> {
                passedBytes += content.content().readableBytes();
                if (content instanceof LastHttpContent || passedBytes > PASS_BYTES_MAX) {
                    channel.close();
                } else {
                    messages.want();
                }
            }
            case TAKEN_OVER -> messages.want();
            case HEAD, WAITING, ANSWERING, CLOSED -> {}
        }
    }

    private void bodyPart(HttpContent content) {
        switch (body.add(content.content())) {
            case YES -> {}
            case TOO_LONG -> {
                refuseBody(tooLarge().answer());
                return;
            }
            case NO_ROOM -> {
                refuseBody(Response.unavailable("too many large requests at once; try again", 1));
                return;
            }
        }
        if (content instanceof LastHttpContent) {
            bodyEnded = true;
            state = State.ANSWERING;
            noDeadline();
            handle();
        } else {
            messages.want();
        }
    }

    private void handle() {
        HttpRequest head = request;
        Router.Match found = match;
        if (error != null || head == null || found == null) {
            answer(
                    error != null
                            ? error
                            : Response.problem(HttpResponseStatus.BAD_REQUEST, "no request"));
            return;
        }
        Exchange exchange =
                new Exchange(this, head, query, found.parameters(), body.bytes(), body.length());
        switch (found.route().kind()) {
            case DIRECT -> run(found.route(), exchange);
            case STORES -> {
                if (body.length() > HttpServer.DIRECT_BODY_BYTES_MAX
                        || head.headers().contains(HttpHeaderNames.CONTENT_ENCODING)) {
                    work(found.route(), exchange);
                } else {
                    run(found.route(), exchange);
                }
            }
            case WAITS -> work(found.route(), exchange);
        }
    }

    private void work(Route route, Exchange exchange) {
        try {
            server.workers().execute(() -> run(route, exchange));
        } catch (RejectedExecutionException e) {
            exchange.answer(
                    Response.unavailable("too many requests are being worked on; try again", 1));
        }
    }

    private static void run(Route route, Exchange exchange) {
        try {
            route.handler().handle(exchange);
        } catch (HttpProblemException e) {
            if (!exchange.isAnswered()) {
                exchange.answer(e.answer());
            }
        } catch (Exception e) {
            LOG.error("A request failed: {} {}", route.method(), route.segments(), e);
            if (exchange.isAnswered()) {
                exchange.channel().close();
            } else {
                exchange.answer(Response.serverError());
            }
        }
    }

    // --- the answer

    /// Writes a whole answer. On the event loop.
    void answer(Response answer) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.ANSWERING;
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        answer.status(),
                        Unpooled.wrappedBuffer(answer.body()));
        HttpHeaders headers = response.headers();
        commonHeaders(headers, answer.contentType());
        for (Map.Entry<String, String> each : answer.headers().entrySet()) {
            headers.set(each.getKey(), each.getValue());
        }
        if (!answer.status().equals(HttpResponseStatus.NOT_MODIFIED)) {
            headers.setInt(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        }
        end(response);
    }

    private void refuseBody(Response answer) {
        keepAlive = false;
        answer(answer);
    }

    private void commonHeaders(HttpHeaders headers, String contentType) {
        if (!contentType.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        headers.set("x-content-type-options", "nosniff");
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        headers.set(
                HttpHeaderNames.CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'");
        HttpRequest head = request;
        if (!keepAlive || draining) {
            keepAlive = false;
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (head != null && head.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /// Writes the last message of an answer and goes on.
    private void end(Object last) {
        body.free();
        deadline(options.fixed().transfer());
        ChannelFuture written = channel.writeAndFlush(last);
        if (written.isDone()) {
            written(written);
        } else {
            written.addListener((ChannelFutureListener) this::written);
        }
    }

    private void written(ChannelFuture answer) {
        if (!answer.isSuccess()) {
            channel.close();
        } else if (keepAlive && !draining) {
            awaitHead();
        } else if (bodyEnded) {
            channel.close();
        } else {
            state = State.PASSING;
            deadline(PASS_TIME);
            messages.want();
        }
    }

    /// Writes the head of an answer of unknown length. From any thread.
    void startChunks(String contentType) {
        execute(() -> {
            HttpRequest head = request;
            boolean chunks = head != null && head.protocolVersion().equals(HttpVersion.HTTP_1_1);
            keepAlive &= chunks;
            HttpResponse response =
                    new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            commonHeaders(response.headers(), contentType);
            if (chunks) {
                HttpUtil.setTransferEncodingChunked(response, true);
            }
            channel.write(response, channel.voidPromise());
        });
    }

    /// Writes a part of it. From any thread.
    ChannelFuture chunk(ByteBuf part) {
        return channel.writeAndFlush(new DefaultHttpContent(part));
    }

    /// Ends it. From any thread.
    void endChunks() {
        execute(() -> end(LastHttpContent.EMPTY_LAST_CONTENT));
    }

    /// Hands the connection to a stream of events, which lasts until either side closes. On the event
    /// loop.
    public void takeOver(String contentType) {
        state = State.TAKEN_OVER;
        noDeadline();
        body.free();
        keepAlive = false;
        HttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        commonHeaders(response.headers(), contentType);
        HttpRequest head = request;
        if (head != null && head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        channel.writeAndFlush(response, channel.voidPromise());
        // Reading on is how one learns that the client has left.
        messages.want();
    }

    // --- the end

    /// Answers what is under way and closes. On the event loop.
    void drain() {
        draining = true;
        if (state == State.HEAD || state == State.TAKEN_OVER) {
            channel.close();
        }
    }

    private void deadline(Duration in) {
        noDeadline();
        deadline =
                channel.eventLoop().schedule(this::tooLate, in.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void noDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void tooLate() {
        if (state == State.BODY) {
            keepAlive = false;
            bodyEnded = true;
            answer(
                    Response.problem(
                            HttpResponseStatus.REQUEST_TIMEOUT,
                            "the body did not come within "
                                    + options.fixed().transfer().toSeconds()
                                    + " s"));
        } else {
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        noDeadline();
        body.free();
        state = State.CLOSED;
        messages.release();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionErrors.close(channel, cause, LOG);
    }
}
