package io.riacho.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request, and the one way to answer it. What is read of it is for the handler's thread; it may be
/// answered from any.
public final class Exchange {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final HttpConnection connection;
    private final HttpRequest request;
    private final QueryStringDecoder query;
    private final Map<String, String> pathParameters;
    private final byte[] body;
    private final int bodyLength;
    private final AtomicBoolean answered = new AtomicBoolean();

    Exchange(
            HttpConnection connection,
            HttpRequest request,
            QueryStringDecoder query,
            Map<String, String> pathParameters,
            byte[] body,
            int bodyLength) {
        this.connection = connection;
        this.request = request;
        this.query = query;
        this.pathParameters = pathParameters;
        this.body = body;
        this.bodyLength = bodyLength;
    }

    public HttpHeaders headers() {
        return request.headers();
    }

    /// A segment of the path, decoded.
    public String path(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no {" + name + "}");
        }
        return value;
    }

    /// A parameter of the query, its last one when it is there more than once.
    public Optional<String> parameter(String name) throws HttpProblemException {
        try {
            List<String> values = query.parameters().get(name);
            return values == null ? Optional.empty() : Optional.of(values.getLast());
        } catch (IllegalArgumentException e) {
            throw HttpProblemException.badRequest("the query has a broken % escape");
        }
    }

    /// A whole number among the parameters of the query.
    ///
    /// @throws HttpProblemException when it is none from 1 to `most`
    public int number(String name, int absent, int most) throws HttpProblemException {
        int number;
        try {
            number = Integer.parseInt(parameter(name).orElse(Integer.toString(absent)));
        } catch (NumberFormatException e) {
            number = 0;
        }
        if (number < 1 || number > most) {
            throw HttpProblemException.badRequest(name + " is a number from 1 to " + most);
        }
        return number;
    }

    /// An array that begins with the body, as it came; [#bodyLength] says where that ends.
    public byte[] body() {
        return body;
    }

    public int bodyLength() {
        return bodyLength;
    }

    /// The media type of the body, in lower case and without parameters; empty when there is none.
    public String contentType() {
        return mediaType(request.headers().get(HttpHeaderNames.CONTENT_TYPE, ""));
    }

    private static String mediaType(String header) {
        int end = header.indexOf(';');
        return (end < 0 ? header : header.substring(0, end))
                .strip()
                .toLowerCase(java.util.Locale.ROOT);
    }

    public Channel channel() {
        return connection.channel();
    }

    public HttpConnection connection() {
        return connection;
    }

    /// Answers, from any thread.
    public void answer(Response answer) {
        answer(() -> answer);
    }

    /// Answers from any thread with what is made on the event loop.
    public void answer(Supplier<Response> answer) {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request was answered before");
        }
        if (channel().eventLoop().inEventLoop()) {
            connection.answer(made(answer));
        } else {
            connection.execute(() -> connection.answer(made(answer)));
        }
    }

    private Response made(Supplier<Response> answer) {
        try {
            return answer.get();
        } catch (RuntimeException e) {
            LOG.error("An answer could not be made: {} {}", request.method(), request.uri(), e);
            return Response.serverError();
        }
    }

    /// Begins an answer whose length is not known, on a worker.
    public ResponseStream stream(String contentType) {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request was answered before");
        }
        return new ResponseStream(connection, contentType);
    }

    /// Claims the answer for who writes to the connection itself.
    public void takeOver() {
        if (!answered.compareAndSet(false, true)) {
            throw new IllegalStateException("the request was answered before");
        }
    }

    public boolean isAnswered() {
        return answered.get();
    }
}
