package io.riacho.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.riacho.cli.common.ServerClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks a running server, by `POST /api/v1/query`.
public final class QueryClient {

    private QueryClient() {}

    /// Asks.
    ///
    /// @throws ServerClient.RefusedException when the server answers with a reason
    /// @throws IOException when there is no answer
    public static Answer ask(ServerClient server, String sql)
            throws IOException, InterruptedException, ServerClient.RefusedException {
        return answer(
                server.post(
                        "/api/v1/query", "application/sql", sql.getBytes(StandardCharsets.UTF_8)));
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
