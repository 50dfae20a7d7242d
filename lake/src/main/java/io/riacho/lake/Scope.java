package io.riacho.lake;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// From when to when a query looks, by its own conditions, and the query over the files of that time alone.
///
/// The views name every file of the lake, and to bind them costs a third of a millisecond for each. A
/// query that says `timestamp >= …` of each view that it reads gets definitions of these views in front
/// of it (`WITH readings AS …`) that name the files of that time. Its conditions stay, so what is
/// found here only has to be wide enough. Whatever is not understood makes no scope, and the query
/// reads the views.
final class Scope {

    /// What the bounds are wider by: `now()` is a little later when the query runs.
    private static final long SLACK_MICROS = Interval.HOUR_MICROS;

    private static final Map<String, String> TIMES =
            Map.of("readings", "timestamp", "conflicts", "timestamp", "rollups", "window_start");

    private static final Set<String> FUNCTIONS =
            Set.of(
                    "now",
                    "to_seconds",
                    "to_minutes",
                    "to_hours",
                    "to_days",
                    "to_weeks",
                    "to_months",
                    "trunc",
                    "to_timestamp",
                    "make_timestamptz",
                    "date_trunc");

    /// From when to when, µs; both inclusive.
    record Range(long fromMicros, long toMicros) {

        static final Range ALL = new Range(Long.MIN_VALUE, Long.MAX_VALUE);

        boolean overlaps(long fromMicros, long toMicros) {
            return fromMicros <= this.toMicros && toMicros >= this.fromMicros;
        }

        Range union(Range other) {
            return new Range(
                    Math.min(fromMicros, other.fromMicros), Math.max(toMicros, other.toMicros));
        }
    }

    /// The bounds of one mention of a view, as SQL.
    private record Bounds(String view, String alias, List<String> lower, List<String> upper) {

        /// Whether it is this mention's time, not that of a query around it.
        boolean isTime(@Nullable Object expression) {
            if (!(expression instanceof Map<?, ?> map)
                    || !"COLUMN_REF".equals(map.get("type"))
                    || !(map.get("column_names") instanceof List<?> names)
                    || names.isEmpty()
                    || names.size() > 2
                    || !String.valueOf(names.getLast()).equalsIgnoreCase(TIMES.get(view))) {
                return false;
            }
            return names.size() == 1 || alias.equalsIgnoreCase(String.valueOf(names.getFirst()));
        }
    }

    private static final class NotUnderstoodException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private final String canonical;
    private final Map<String, Range> ranges;

    private Scope(String canonical, Map<String, Range> ranges) {
        this.canonical = canonical;
        this.ranges = ranges;
    }

    /// The scope of a query; null if it has none, or is none.
    static @Nullable Scope of(DuckDBConnection connection, String sql) throws SQLException {
        String tree;
        String canonical;
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT tree, json_deserialize_sql(tree) FROM"
                                + " (SELECT json_serialize_sql(?::VARCHAR) AS tree)"
                                + " WHERE tree->>'error' = 'false'")) {
            statement.setString(1, sql);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return null;
                }
                tree = rows.getString(1);
                canonical = rows.getString(2);
            }
        }
        try {
            List<Bounds> mentions = new ArrayList<>();
            walk(Json.parse(tree), mentions);
            Map<String, Range> ranges = new TreeMap<>();
            for (Bounds each : mentions) {
                ranges.merge(each.view(), range(connection, each), Range::union);
            }
            return new Scope(canonical, ranges);
        } catch (NotUnderstoodException | IllegalArgumentException e) {
            return null;
        }
    }

    /// The query, over the files that it needs.
    String sql(Views views) {
        if (ranges.isEmpty()) {
            return canonical;
        }
        StringBuilder definitions = new StringBuilder();
        for (Map.Entry<String, Range> each : ranges.entrySet()) {
            definitions
                    .append(definitions.isEmpty() ? "" : ", ")
                    .append(each.getKey())
                    .append(" AS NOT MATERIALIZED (")
                    .append(views.over(each.getKey(), each.getValue()))
                    .append(')');
        }
        return "WITH " + definitions + " " + canonical;
    }

    private static void walk(@Nullable Object node, List<Bounds> mentions)
            throws NotUnderstoodException {
        if (node instanceof List<?> list) {
            for (Object each : list) {
                walk(each, mentions);
            }
        } else if (node instanceof Map<?, ?> map) {
            Object type = map.get("type");
            if ("BASE_TABLE".equals(type)
                    || "TABLE_FUNCTION".equals(type)
                    || "SHOW_REF".equals(type)
                    || "PIVOT".equals(type)
                    || "PARAMETER".equals(map.get("class"))) {
                throw new NotUnderstoodException();
            }
            if (map.get("cte_map") instanceof Map<?, ?> ctes
                    && ctes.get("map") instanceof List<?> list
                    && !list.isEmpty()) {
                // A name may mean a part of this very query.
                throw new NotUnderstoodException();
            }
            boolean mention =
                    "SELECT_NODE".equals(type)
                            && map.get("from_table") instanceof Map<?, ?> from
                            && "BASE_TABLE".equals(from.get("type"));
            if (mention && map.get("from_table") instanceof Map<?, ?> from) {
                mentions.add(bounds(from, map.get("where_clause")));
            }
            for (Map.Entry<?, ?> each : map.entrySet()) {
                if (!mention || !"from_table".equals(each.getKey())) {
                    walk(each.getValue(), mentions);
                }
            }
        }
    }

    private static Bounds bounds(Map<?, ?> table, @Nullable Object where)
            throws NotUnderstoodException {
        String name = String.valueOf(table.get("table_name")).toLowerCase(Locale.ROOT);
        if (!TIMES.containsKey(name)
                || !"".equals(table.get("schema_name"))
                || !"".equals(table.get("catalog_name"))
                || (table.get("column_name_alias") instanceof List<?> aliases
                        && !aliases.isEmpty())) {
            throw new NotUnderstoodException();
        }
        Bounds bounds =
                new Bounds(
                        name,
                        "".equals(table.get("alias")) ? name : String.valueOf(table.get("alias")),
                        new ArrayList<>(),
                        new ArrayList<>());
        collect(where, bounds);
        if (bounds.lower().isEmpty() && bounds.upper().isEmpty()) {
            throw new NotUnderstoodException();
        }
        return bounds;
    }

    /// The bounds among the conditions that all must hold.
    private static void collect(@Nullable Object condition, Bounds bounds) {
        if (!(condition instanceof Map<?, ?> map)) {
            return;
        }
        switch (String.valueOf(map.get("type"))) {
            case "CONJUNCTION_AND" -> {
                if (map.get("children") instanceof List<?> children) {
                    children.forEach(each -> collect(each, bounds));
                }
            }
            case "COMPARE_BETWEEN" -> {
                if (bounds.isTime(map.get("input"))) {
                    add(bounds.lower(), map.get("lower"));
                    add(bounds.upper(), map.get("upper"));
                }
            }
            case "COMPARE_EQUAL" -> {
                compare(map, bounds, bounds.lower(), bounds.lower());
                compare(map, bounds, bounds.upper(), bounds.upper());
            }
            case "COMPARE_GREATERTHAN", "COMPARE_GREATERTHANOREQUALTO" ->
                    compare(map, bounds, bounds.lower(), bounds.upper());
            case "COMPARE_LESSTHAN", "COMPARE_LESSTHANOREQUALTO" ->
                    compare(map, bounds, bounds.upper(), bounds.lower());
            default -> {
                // Narrows the answer further, but not the time.
            }
        }
    }

    private static void compare(
            Map<?, ?> comparison, Bounds bounds, List<String> ofRight, List<String> ofLeft) {
        if (bounds.isTime(comparison.get("left"))) {
            add(ofRight, comparison.get("right"));
        } else if (bounds.isTime(comparison.get("right"))) {
            add(ofLeft, comparison.get("left"));
        }
    }

    private static void add(List<String> bounds, @Nullable Object expression) {
        String sql = constant(expression);
        if (sql != null) {
            bounds.add(sql);
        }
    }

    /// The expression as SQL if it is the same for every row and of a kind that is known here.
    private static @Nullable String constant(@Nullable Object expression) {
        if (!(expression instanceof Map<?, ?> map)) {
            return null;
        }
        return switch (String.valueOf(map.get("type"))) {
            case "VALUE_CONSTANT" -> literal(map.get("value"));
            case "OPERATOR_CAST" -> cast(constant(map.get("child")), map.get("cast_type"));
            case "FUNCTION" -> function(map);
            default -> null;
        };
    }

    private static @Nullable String literal(@Nullable Object constant) {
        if (!(constant instanceof Map<?, ?> value)
                || !(value.get("type") instanceof Map<?, ?> type)) {
            return null;
        }
        String text = String.valueOf(value.get("value"));
        return switch (String.valueOf(type.get("id"))) {
            case "VARCHAR" -> value.get("value") == null ? null : Sql.literal(text);
            case "INTEGER", "BIGINT" -> text.matches("-?[0-9]{1,19}") ? text : null;
            default -> null;
        };
    }

    private static @Nullable String cast(@Nullable String inner, @Nullable Object to) {
        return inner != null
                        && to instanceof Map<?, ?> type
                        && type.get("type_info") == null
                        && String.valueOf(type.get("id")).matches("[A-Z ]{1,40}")
                ? "CAST(" + inner + " AS " + type.get("id") + ")"
                : null;
    }

    private static @Nullable String function(Map<?, ?> map) {
        String name = String.valueOf(map.get("function_name"));
        if (!(map.get("children") instanceof List<?> children)) {
            return null;
        }
        List<String> arguments = new ArrayList<>();
        for (Object each : children) {
            String argument = constant(each);
            if (argument == null) {
                return null;
            }
            arguments.add(argument);
        }
        if ((name.equals("-") || name.equals("+")) && arguments.size() == 2) {
            return "(" + arguments.getFirst() + " " + name + " " + arguments.getLast() + ")";
        }
        return FUNCTIONS.contains(name) ? name + "(" + String.join(", ", arguments) + ")" : null;
    }

    private static Range range(DuckDBConnection connection, Bounds bounds) throws SQLException {
        List<String> all = new ArrayList<>(bounds.lower());
        all.addAll(bounds.upper());
        List<String> columns = new ArrayList<>();
        for (String each : all) {
            columns.add("epoch_us(CAST(" + each + " AS TIMESTAMPTZ))");
        }
        long from = Long.MIN_VALUE;
        long to = Long.MAX_VALUE;
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT " + String.join(", ", columns));
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            for (int i = 0; i < all.size(); i++) {
                long micros = rows.getLong(i + 1);
                if (rows.wasNull() || Math.abs(micros) > Long.MAX_VALUE / 2) {
                    continue;
                }
                if (i < bounds.lower().size()) {
                    from = Math.max(from, micros - SLACK_MICROS);
                } else {
                    to = Math.min(to, micros + SLACK_MICROS);
                }
            }
        }
        return new Range(from, to);
    }

    /// As much of JSON as DuckDB's trees are made of.
    private static final class Json {

        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static @Nullable Object parse(String text) {
            return new Json(text).value();
        }

        private @Nullable Object value() {
            return switch (text.charAt(at)) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                default -> word();
            };
        }

        /// A number, true or false as its text; or null.
        private @Nullable String word() {
            int from = at;
            while (",}]".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(from, at);
            return word.equals("null") ? null : word;
        }

        private Map<String, @Nullable Object> object() {
            Map<String, @Nullable Object> map = new HashMap<>();
            at++;
            while (text.charAt(at) != '}') {
                String key = string();
                expect(':');
                map.put(key, value());
                if (text.charAt(at) != '}') {
                    expect(',');
                }
            }
            at++;
            return map;
        }

        private List<@Nullable Object> array() {
            List<@Nullable Object> list = new ArrayList<>();
            at++;
            while (text.charAt(at) != ']') {
                list.add(value());
                if (text.charAt(at) != ']') {
                    expect(',');
                }
            }
            at++;
            return list;
        }

        private String string() {
            expect('"');
            StringBuilder string = new StringBuilder();
            while (text.charAt(at) != '"') {
                char c = text.charAt(at++);
                if (c == '\\') {
                    char escaped = text.charAt(at++);
                    c =
                            switch (escaped) {
                                case '"', '\\', '/' -> escaped;
                                case 'n' -> '\n';
                                case 't' -> '\t';
                                case 'r' -> '\r';
                                case 'b' -> '\b';
                                case 'f' -> '\f';
                                case 'u' -> {
                                    at += 4;
                                    yield (char) Integer.parseInt(text, at - 4, at, 16);
                                }
                                default -> throw new IllegalArgumentException("an escape");
                            };
                }
                string.append(c);
            }
            at++;
            return string.toString();
        }

        private void expect(char c) {
            if (text.charAt(at) != c) {
                throw new IllegalArgumentException("a '" + c + "' at " + at);
            }
            at++;
        }
    }
}
