package io.riacho.doors.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.api.query.Queries;
import io.riacho.api.query.QueryFailedException;
import io.riacho.formats.json.JsonWriting;
import io.riacho.formats.json.Rfc3339;
import io.riacho.http.Exchange;
import io.riacho.http.HttpProblemException;
import io.riacho.http.Response;
import io.riacho.http.ResponseStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Answers requests for what is stored, as JSON or CSV: series, ranges, rollups, and SQL. On
/// workers.
final class QueryHandlers {

    private static final long LIMIT_DEFAULT = 10_000;
    private static final int SQL_BYTES_MAX = 64 << 10;

    private final Queries queries;

    QueryHandlers(Queries queries) {
        this.queries = queries;
    }

    /// How rows are written.
    private enum Format {
        JSON,
        CSV
    }

    void series(Exchange exchange) throws Exception {
        answer(
                exchange,
                "SELECT * FROM series ORDER BY sensor, metric",
                Queries.Limits.DEFAULT.withRowsMax(limit(exchange)),
                "series");
    }

    void readings(Exchange exchange) throws Exception {
        String sql =
                "SELECT timestamp, value, unit, source, received_at FROM readings WHERE "
                        + ofSeries(exchange)
                        + between(exchange, "timestamp")
                        + " ORDER BY timestamp";
        answer(exchange, sql, Queries.Limits.DEFAULT.withRowsMax(limit(exchange)), "readings");
    }

    void rollups(Exchange exchange) throws Exception {
        String interval = exchange.parameter("interval").orElse("15m");
        String sql =
                "SELECT window_start, count, mean, min, max, variance, stddev FROM rollups WHERE "
                        + ofSeries(exchange)
                        + " AND interval = "
                        + text(interval)
                        + between(exchange, "window_start")
                        + " ORDER BY window_start";
        answer(exchange, sql, Queries.Limits.DEFAULT.withRowsMax(limit(exchange)), "rollups");
    }

    void get(Exchange exchange) throws Exception {
        sql(exchange, exchange.parameter("sql").orElse(""));
    }

    /// The body is the SQL itself, or `{"sql": "…"}`.
    void post(Exchange exchange) throws Exception {
        if (exchange.bodyLength() > SQL_BYTES_MAX) {
            throw new HttpProblemException(
                    HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                    "SQL of more than " + SQL_BYTES_MAX + " bytes");
        }
        String body = new String(exchange.body(), 0, exchange.bodyLength(), StandardCharsets.UTF_8);
        switch (exchange.contentType()) {
            case JsonWriting.TYPE -> sql(exchange, SqlBody.sql(body));
            case "application/sql", "text/plain", "" -> sql(exchange, body);
            default ->
                    throw new HttpProblemException(
                            HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                            "send the SQL as application/sql or text/plain, or as JSON:"
                                    + " {\"sql\": \"SELECT …\"}");
        }
    }

    private void sql(Exchange exchange, String sql) throws Exception {
        if (sql.isBlank()) {
            throw HttpProblemException.badRequest(
                    "there is no SQL; ask for example ?sql=SELECT+*+FROM+series");
        }
        Queries.Limits limits = Queries.Limits.DEFAULT;
        if (exchange.parameter("limit").isPresent()) {
            limits = limits.withRowsMax(limit(exchange));
        }
        answer(exchange, sql, limits, null);
    }

    /// Runs the query and writes its rows: as objects in a list of that name, or, without a name, as
    /// columns and rows.
    private void answer(Exchange exchange, String sql, Queries.Limits limits, @Nullable String name)
            throws Exception {
        Format format = format(exchange);
        try (Queries.Rows rows = queries.query(sql, limits)) {
            ResponseStream out =
                    exchange.stream(
                            switch (format) {
                                case JSON -> JsonWriting.TYPE;
                                case CSV -> "text/csv; charset=utf-8; header=present";
                            });
            try {
                switch (format) {
                    case JSON -> json(rows, out, name);
                    case CSV -> csv(rows, out);
                }
                out.close();
            } catch (QueryFailedException e) {
                out.fail(problem(e));
            } catch (IOException e) {
                out.fail();
            } catch (RuntimeException e) {
                out.fail();
                throw e;
            }
        } catch (QueryFailedException e) {
            throw new HttpProblemException(problem(e));
        }
    }

    private static Response problem(QueryFailedException e) {
        String reason = String.valueOf(e.getMessage());
        return switch (e.kind()) {
            case INVALID -> Response.problem(HttpResponseStatus.BAD_REQUEST, reason);
            case TOO_SLOW -> Response.problem(HttpResponseStatus.UNPROCESSABLE_ENTITY, reason);
            case BUSY -> Response.unavailable(reason, 2);
            case FAILED -> Response.unavailable(reason, 10);
        };
    }

    private static void json(Queries.Rows rows, ResponseStream out, @Nullable String name)
            throws IOException, QueryFailedException {
        List<Queries.Column> columns = rows.columns();
        JsonGenerator json = JsonWriting.to(out);
        json.writeStartObject();
        if (name == null) {
            json.writeArrayFieldStart("columns");
            for (Queries.Column each : columns) {
                json.writeStartObject();
                json.writeStringField("name", each.name());
                json.writeStringField("type", each.type());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeArrayFieldStart(name == null ? "rows" : name);
        while (rows.next()) {
            if (name == null) {
                json.writeStartArray();
            } else {
                json.writeStartObject();
            }
            for (int i = 0; i < columns.size(); i++) {
                if (name != null) {
                    json.writeFieldName(columns.get(i).name());
                }
                JsonWriting.value(json, rows.value(i));
            }
            if (name == null) {
                json.writeEndArray();
            } else {
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeBooleanField("truncated", rows.truncated());
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    /// As [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180), with a head line. A cut answer has no
    /// mark: who must know asks for JSON.
    private static void csv(Queries.Rows rows, ResponseStream out)
            throws IOException, QueryFailedException {
        Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        List<Queries.Column> columns = rows.columns();
        for (int i = 0; i < columns.size(); i++) {
            cell(text, i, columns.get(i).name());
        }
        text.write("\r\n");
        while (rows.next()) {
            for (int i = 0; i < columns.size(); i++) {
                Object value = rows.value(i);
                cell(
                        text,
                        i,
                        value == null
                                ? ""
                                : value instanceof Instant time
                                        ? JsonWriting.text(time)
                                        : value.toString());
            }
            text.write("\r\n");
        }
        text.flush();
    }

    private static void cell(Writer text, int index, String value) throws IOException {
        if (index > 0) {
            text.write(',');
        }
        boolean quoted = false;
        for (int i = 0; i < value.length() && !quoted; i++) {
            char c = value.charAt(i);
            quoted = c == ',' || c == '"' || c == '\n' || c == '\r';
        }
        text.write(quoted ? '"' + value.replace("\"", "\"\"") + '"' : value);
    }

    private static Format format(Exchange exchange) throws HttpProblemException {
        Optional<String> asked = exchange.parameter("format");
        if (asked.isPresent()) {
            return switch (asked.get().toLowerCase(Locale.ROOT)) {
                case "json" -> Format.JSON;
                case "csv" -> Format.CSV;
                default ->
                        throw HttpProblemException.badRequest(
                                "format is json or csv, not '" + asked.get() + "'");
            };
        }
        String accept = exchange.headers().get(HttpHeaderNames.ACCEPT, "");
        return accept.contains("text/csv") && !accept.contains(JsonWriting.TYPE)
                ? Format.CSV
                : Format.JSON;
    }

    private static long limit(Exchange exchange) throws HttpProblemException {
        Optional<String> asked = exchange.parameter("limit");
        if (asked.isEmpty()) {
            return LIMIT_DEFAULT;
        }
        try {
            long limit = Long.parseLong(asked.get());
            if (limit >= 1 && limit <= Queries.Limits.DEFAULT.rowsMax()) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Answered below, like a number that is out of range.
        }
        throw HttpProblemException.badRequest(
                "limit is a number from 1 to " + Queries.Limits.DEFAULT.rowsMax());
    }

    private static String ofSeries(Exchange exchange) {
        return "sensor = "
                + text(exchange.path("sensor"))
                + " AND metric = "
                + text(exchange.path("metric"));
    }

    private static String between(Exchange exchange, String column) throws HttpProblemException {
        StringBuilder sql = new StringBuilder();
        Optional<String> from = exchange.parameter("from");
        if (from.isPresent()) {
            sql.append(" AND ").append(column).append(" >= ").append(moment("from", from.get()));
        }
        Optional<String> to = exchange.parameter("to");
        if (to.isPresent()) {
            sql.append(" AND ").append(column).append(" < ").append(moment("to", to.get()));
        }
        return sql.toString();
    }

    private static String moment(String name, String text) throws HttpProblemException {
        byte[] ascii = text.getBytes(StandardCharsets.UTF_8);
        long micros = Rfc3339.parseMicros(ascii, 0, ascii.length);
        if (micros == Rfc3339.INVALID) {
            try {
                micros = Math.multiplyExact(Long.parseLong(text), 1000L);
            } catch (NumberFormatException | ArithmeticException e) {
                throw HttpProblemException.badRequest(
                        name + " is neither epoch milliseconds nor RFC 3339");
            }
        }
        return "make_timestamptz(" + micros + ")";
    }

    /// A string of SQL: only the quote has a meaning in it.
    private static String text(String value) {
        return "'" + value.replace("'", "''") + "'";
    }
}
