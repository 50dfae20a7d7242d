package io.riacho.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.formats.json.JsonWriting;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// A whole answer, in memory. Not changed once it is made.
public final class Response {

    private final HttpResponseStatus status;
    private final String contentType;
    private final byte[] body;
    private final Map<String, String> headers;

    /// @param headers beside those that every answer has, by their names in lower case
    public Response(
            HttpResponseStatus status,
            String contentType,
            byte[] body,
            Map<String, String> headers) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
    }

    public HttpResponseStatus status() {
        return status;
    }

    String contentType() {
        return contentType;
    }

    byte[] body() {
        return body;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public static Response json(HttpResponseStatus status, byte[] body) {
        return new Response(status, JsonWriting.TYPE, body, Map.of());
    }

    public static Response json(JsonWriting.Content content) {
        return json(HttpResponseStatus.OK, JsonWriting.bytes(content));
    }

    public static Response text(HttpResponseStatus status, String contentType, String text) {
        return new Response(status, contentType, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /// A problem as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) has it.
    ///
    /// @param detail what is wrong, and what to do about it
    public static Response problem(HttpResponseStatus status, String detail) {
        return new Response(
                status,
                "application/problem+json",
                JsonWriting.bytes(json -> {
                    json.writeStartObject();
                    json.writeStringField("title", status.reasonPhrase());
                    json.writeNumberField("status", status.code());
                    json.writeStringField("detail", detail);
                    json.writeEndObject();
                }),
                Map.of());
    }

    /// A mistake of ours, of which the log says more.
    static Response serverError() {
        return problem(
                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                "the server made a mistake; its log says which");
    }

    /// Not now.
    public static Response unavailable(String detail, int retryAfterSeconds) {
        return problem(HttpResponseStatus.SERVICE_UNAVAILABLE, detail)
                .with(HttpHeaderNames.RETRY_AFTER.toString(), Integer.toString(retryAfterSeconds));
    }

    public Response with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Response(status, contentType, body, more);
    }
}
