package io.riacho.server.ingest.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/// A request that is answered with a problem. Carries no stack trace.
final class HttpProblemException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    HttpProblemException(Answer answer) {
        super(answer.status().toString(), null, false, false);
        this.answer = answer;
    }

    HttpProblemException(HttpResponseStatus status, String detail) {
        this(Answer.problem(status, detail));
    }

    static HttpProblemException badRequest(String detail) {
        return new HttpProblemException(HttpResponseStatus.BAD_REQUEST, detail);
    }

    Answer answer() {
        return answer;
    }
}
