package io.riacho.testkit;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/// Calls of an HTTP door, each on a connection of its own.
public final class HttpCalls {

    private HttpCalls() {}

    /// The body of what is there.
    public static String get(InetSocketAddress door, String path) throws Exception {
        return call(HttpRequest.newBuilder(uri(door, path)));
    }

    /// The answer to a body of JSON.
    public static String post(InetSocketAddress door, String path, String json) throws Exception {
        return call(
                HttpRequest.newBuilder(uri(door, path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    private static String call(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(response.statusCode() + ": " + response.body());
            }
            return response.body();
        }
    }

    private static URI uri(InetSocketAddress door, String path) {
        return URI.create("http://127.0.0.1:" + door.getPort() + path);
    }
}
