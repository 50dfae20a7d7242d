package io.riacho.server.ingest.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// A whole answer, in memory. Not changed once it is made.
final class Answer {

    private final HttpResponseStatus status;
    private final String contentType;
    private final byte[] body;
    private final Map<String, String> headers;

    /// @param headers beside those that every answer has, by their names in lower case
    Answer(
            HttpResponseStatus status,
            String contentType,
            byte[] body,
            Map<String, String> headers) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = headers;
    }

    HttpResponseStatus status() {
        return status;
    }

    String contentType() {
        return contentType;
    }

    byte[] body() {
        return body;
    }

    Map<String, String> headers() {
        return headers;
    }

    static Answer json(HttpResponseStatus status, byte[] body) {
        return new Answer(status, Json.TYPE, body, Map.of());
    }

    static Answer json(Json.Content content) {
        return json(HttpResponseStatus.OK, Json.bytes(content));
    }

    static Answer text(HttpResponseStatus status, String contentType, String text) {
        return new Answer(status, contentType, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /// A problem as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) has it.
    ///
    /// @param detail what is wrong, and what to do about it
    static Answer problem(HttpResponseStatus status, String detail) {
        return new Answer(
                status,
                "application/problem+json",
                Json.bytes(json -> {
                    json.writeStartObject();
                    json.writeStringField("title", status.reasonPhrase());
                    json.writeNumberField("status", status.code());
                    json.writeStringField("detail", detail);
                    json.writeEndObject();
                }),
                Map.of());
    }

    /// A mistake of ours, of which the log says more.
    static Answer serverError() {
        return problem(
                HttpResponseStatus.INTERNAL_SERVER_ERROR,
                "the server made a mistake; its log says which");
    }

    /// Not now.
    static Answer unavailable(String detail, int retryAfterSeconds) {
        return problem(HttpResponseStatus.SERVICE_UNAVAILABLE, detail)
                .with(HttpHeaderNames.RETRY_AFTER.toString(), Integer.toString(retryAfterSeconds));
    }

    Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, contentType, body, more);
    }
}
