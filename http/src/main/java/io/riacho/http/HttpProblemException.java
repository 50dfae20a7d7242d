package io.riacho.http;

import io.netty.handler.codec.http.HttpResponseStatus;

/// A request that is answered with a problem. Carries no stack trace.
public final class HttpProblemException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Response answer;

    public HttpProblemException(Response answer) {
        super(answer.status().toString(), null, false, false);
        this.answer = answer;
    }

    public HttpProblemException(HttpResponseStatus status, String detail) {
        this(Response.problem(status, detail));
    }

    public static HttpProblemException badRequest(String detail) {
        return new HttpProblemException(HttpResponseStatus.BAD_REQUEST, detail);
    }

    public Response answer() {
        return answer;
    }
}
