package io.riacho.cli.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks a running server, by `POST /api/v1/query`.
public final class QueryClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private QueryClient() {}

    /// The server did not like the query.
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String reason) {
            super(reason);
        }
    }

    /// Asks.
    ///
    /// @param server such as `http://127.0.0.1:8080`
    /// @throws RefusedException when the server answers with a reason
    /// @throws IOException when there is no answer
    public static Answer ask(URI server, String sql)
            throws IOException, InterruptedException, RefusedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.resolve("/api/v1/query"))
                        .timeout(ANSWER_TIMEOUT)
                        .header("Content-Type", "application/sql")
                        .header("Accept", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(sql))
                        .build();
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .build()) {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode body = json(response);
            if (response.statusCode() != 200) {
                throw new RefusedException(
                        body.path("detail").asText("HTTP " + response.statusCode()));
            }
            return answer(body);
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

    private static Answer answer(JsonNode body) {
        List<String> columns = new ArrayList<>();
        body.path("columns").forEach(column -> columns.add(column.path("name").asText()));
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (JsonNode row : body.path("rows")) {
            List<@Nullable Object> values = new ArrayList<>();
            row.forEach(value -> values.add(value(value)));
            rows.add(values);
        }
        return new Answer(columns, rows, body.path("truncated").asBoolean());
    }

    private static @Nullable Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> null;
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.numberValue();
            case STRING -> node.textValue();
            case ARRAY, OBJECT, POJO, BINARY -> node.toString();
        };
    }
}
