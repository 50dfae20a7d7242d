package io.riacho.cli.common;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.riacho.client.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Speaks to the HTTP interface of a running server.
///
/// @param server such as `http://127.0.0.1:8080`
/// @param tls for `https`; null: the authorities that Java trusts
public record ServerClient(URI server, @Nullable ClientTls tls) {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    /// The server answered, and refused what was asked.
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String reason) {
            super(reason);
        }
    }

    /// Posts a body, and gives the JSON that is answered.
    ///
    /// @param path such as `/api/v1/query`, with its parameters
    /// @throws RefusedException when the server answers with a reason
    /// @throws IOException when there is no answer
    public JsonNode post(String path, String contentType, byte[] body)
            throws IOException, InterruptedException, RefusedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(ANSWER_TIMEOUT)
                        .header("Content-Type", contentType)
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT);
        if (tls != null) {
            builder.sslContext(tls.jdk());
        }
        try (HttpClient client = builder.build()) {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode answer = json(response);
            if (response.statusCode() != 200) {
                throw new RefusedException(
                        answer.path("detail").asText("HTTP " + response.statusCode()));
            }
            return answer;
        }
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "the answer, HTTP " + response.statusCode() + ", is not JSON: is it Riacho?",
                    e);
        }
    }
}
