package io.riacho.doors.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.riacho.formats.json.JsonReading;
import io.riacho.http.HttpProblemException;
import java.io.IOException;

/// Reads a query as JSON, `{"sql": "…"}`.
final class SqlBody {

    private SqlBody() {}

    static String sql(String body) throws HttpProblemException {
        try (JsonParser json = JsonReading.parser(body)) {
            boolean isObject = json.nextToken() == JsonToken.START_OBJECT;
            if (isObject
                    && "sql".equals(json.nextFieldName())
                    && json.nextToken() == JsonToken.VALUE_STRING) {
                String sql = json.getText();
                if (json.nextToken() == JsonToken.END_OBJECT && json.nextToken() == null) {
                    return sql;
                }
            }
        } catch (IOException e) {
            throw HttpProblemException.badRequest("not valid JSON: {\"sql\": \"…\"} is expected");
        }
        throw HttpProblemException.badRequest(
                "{\"sql\": \"SELECT …\"} is expected, and nothing else");
    }
}
