package io.riacho.cli.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The formats in which an answer is printed.
public enum Format {
    /// For people: columns side by side, numbers to the right.
    TABLE,
    /// [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180), with a head line; null is empty.
    CSV,
    /// One object a line.
    JSON;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /// Prints.
    public void print(Answer answer, PrintWriter out) {
        switch (this) {
            case TABLE -> table(answer, out);
            case CSV -> csv(answer, out);
            case JSON -> json(answer, out);
        }
        out.flush();
    }

    private static void table(Answer answer, PrintWriter out) {
        int columns = answer.columns().size();
        int[] widths = new int[columns];
        boolean[] numbers = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            widths[c] = width(answer.columns().get(c));
            numbers[c] = !answer.rows().isEmpty();
            for (List<@Nullable Object> row : answer.rows()) {
                widths[c] = Math.max(widths[c], width(text(row.get(c))));
                numbers[c] &= row.get(c) == null || row.get(c) instanceof Number;
            }
        }
        StringBuilder line = new StringBuilder();
        StringBuilder rule = new StringBuilder();
        for (int c = 0; c < columns; c++) {
            cell(line, answer.columns().get(c), widths[c], numbers[c], c);
            rule.append(c == 0 ? "" : "  ").append("─".repeat(widths[c]));
        }
        out.println(line.toString().stripTrailing());
        out.println(rule);
        for (List<@Nullable Object> row : answer.rows()) {
            line.setLength(0);
            for (int c = 0; c < columns; c++) {
                cell(line, text(row.get(c)), widths[c], numbers[c], c);
            }
            out.println(line.toString().stripTrailing());
        }
        out.println(answer.rows().size() == 1 ? "1 row" : answer.rows().size() + " rows");
    }

    private static void cell(
            StringBuilder line, String text, int width, boolean right, int column) {
        String pad = " ".repeat(width - width(text));
        line.append(column == 0 ? "" : "  ").append(right ? pad + text : text + pad);
    }

    /// Characters, as a terminal counts most of them.
    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    /// What a terminal may be shown: control characters are not.
    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString().replaceAll("\\p{Cntrl}", "�");
    }

    private static void csv(Answer answer, PrintWriter out) {
        csvLine(List.copyOf(answer.columns()), out);
        answer.rows().forEach(row -> csvLine(row, out));
    }

    private static void csvLine(List<? extends @Nullable Object> values, PrintWriter out) {
        for (int i = 0; i < values.size(); i++) {
            Object value = values.get(i);
            String text = value == null ? "" : value.toString();
            boolean quoted =
                    text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
            out.print(i == 0 ? "" : ",");
            out.print(quoted ? '"' + text.replace("\"", "\"\"") + '"' : text);
        }
        out.print("\r\n");
    }

    private static void json(Answer answer, PrintWriter out) {
        for (List<@Nullable Object> row : answer.rows()) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                object.put(answer.columns().get(i), row.get(i));
            }
            try {
                out.println(MAPPER.writeValueAsString(object));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a row that JSON cannot hold: " + object, e);
            }
        }
    }
}
