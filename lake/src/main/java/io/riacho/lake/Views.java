package io.riacho.lake;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The definitions of the SQL views for a state of the lake: the manifest's files and the tables of
/// the blocks that are not sealed.
///
/// Filters on series, interval and time go through every one of them down to the scans, where files
/// and row groups are skipped by their statistics.
final class Views {

    private static final String NO_READINGS =
            "SELECT NULL::VARCHAR AS sensor, NULL::VARCHAR AS metric, NULL::TIMESTAMPTZ AS timestamp,"
                    + " NULL::DOUBLE AS value, NULL::VARCHAR AS unit, NULL::VARCHAR AS source,"
                    + " NULL::TIMESTAMPTZ AS received_at WHERE false";

    private static final String NO_CONFLICTS =
            "SELECT NULL::VARCHAR AS sensor, NULL::VARCHAR AS metric, NULL::TIMESTAMPTZ AS timestamp,"
                    + " NULL::DOUBLE AS value, NULL::DOUBLE AS kept_value, NULL::VARCHAR AS unit,"
                    + " NULL::VARCHAR AS source, NULL::TIMESTAMPTZ AS received_at WHERE false";

    private static final String COMMAND_COLUMNS =
            "position, id, device, sensor, rule, turn_on, average, sequence, state, occurred_at, issued_at,"
                    + " expires_at";

    private static final String NO_COMMANDS =
            "SELECT NULL::BIGINT AS position, NULL::VARCHAR AS id, NULL::VARCHAR AS device,"
                    + " NULL::VARCHAR AS sensor, NULL::VARCHAR AS rule, NULL::BOOLEAN AS turn_on,"
                    + " NULL::DOUBLE AS average, NULL::BIGINT AS sequence, NULL::VARCHAR AS state,"
                    + " NULL::TIMESTAMPTZ AS occurred_at, NULL::TIMESTAMPTZ AS issued_at,"
                    + " NULL::TIMESTAMPTZ AS expires_at WHERE false";

    private static final String NO_EVENTS =
            "SELECT NULL::BIGINT AS position, NULL::VARCHAR AS device, NULL::VARCHAR AS kind,"
                    + " NULL::VARCHAR AS detail, NULL::TIMESTAMPTZ AS occurred_at WHERE false";

    private static final String NO_PARTIALS =
            "SELECT NULL::VARCHAR AS interval, NULL::VARCHAR AS sensor, NULL::VARCHAR AS metric,"
                    + " NULL::VARCHAR AS unit, NULL::TIMESTAMPTZ AS window_start, NULL::BIGINT AS count,"
                    + " NULL::DOUBLE AS mean, NULL::DOUBLE AS variance, NULL::DOUBLE AS min,"
                    + " NULL::DOUBLE AS max, NULL::TIMESTAMPTZ AS first_timestamp,"
                    + " NULL::TIMESTAMPTZ AS last_timestamp WHERE false";

    /// Commands pass through their states in this order; within one journal position it decides.
    private static final String COMMAND_ORDER =
            "(position * 8 + CASE state WHEN 'issued' THEN 0 WHEN 'sent' THEN 1 WHEN 'delivered' THEN"
                    + " 2 WHEN 'acknowledged' THEN 3 WHEN 'expired' THEN 4 ELSE 5 END)";

    private final Path lake;
    private final CatalogState state;

    Views(Path lake, CatalogState state) {
        this.lake = lake;
        this.state = state;
    }

    /// Name → query.
    Map<String, String> definitions() {
        Map<String, String> views = new LinkedHashMap<>();
        views.put("readings", readings(Scope.Range.ALL));
        views.put("conflicts", conflicts(Scope.Range.ALL));
        views.put("rollups", rollups(Scope.Range.ALL));
        views.put("series", series());
        views.put("command_events", commandEvents());
        views.put("commands", COMMANDS);
        views.put("device_events", deviceEvents());
        views.put("devices", DEVICES);
        return views;
    }

    /// A view over the files of a time alone.
    String over(String view, Scope.Range range) {
        return switch (view) {
            case "readings" -> readings(range);
            case "conflicts" -> conflicts(range);
            case "rollups" -> rollups(range);
            default -> throw new IllegalArgumentException("no view of a time: " + view);
        };
    }

    private List<LakeFile> files(Table table, Scope.Range range) {
        if (range.equals(Scope.Range.ALL)) {
            return state.manifest().of(table);
        }
        return state
                .manifest()
                .days()
                .subMap(
                        Math.floorDiv(range.fromMicros(), Interval.DAY_MICROS),
                        Math.floorDiv(range.toMicros(), Interval.DAY_MICROS) + 1)
                .values()
                .stream()
                .flatMap(day -> day.files().stream())
                .filter(file -> file.table() == table)
                .filter(file ->
                        range.overlaps(file.minTimestampMicros(), file.maxTimestampMicros()))
                .toList();
    }

    private String readings(Scope.Range range) {
        String columns = "sensor, metric, timestamp, value, unit, source, received_at";
        List<String> parts = new ArrayList<>();
        parts.add(NO_READINGS);
        addFiles(parts, columns, files(Table.RAW, range));
        for (Block block : state.blocks()) {
            parts.add(
                    "SELECT sensor, metric, timestamp, value, unit, source, received_at FROM "
                            + withStrings("readings", block));
        }
        return String.join(" UNION ALL ", parts);
    }

    private String conflicts(Scope.Range range) {
        String columns = "sensor, metric, timestamp, value, kept_value, unit, source, received_at";
        List<String> parts = new ArrayList<>();
        parts.add(NO_CONFLICTS);
        addFiles(parts, columns, files(Table.CONFLICTS, range));
        for (Block block : state.blocks()) {
            parts.add("SELECT " + columns + " FROM " + withStrings("conflicts", block));
        }
        return String.join(" UNION ALL ", parts);
    }

    private String rollups(Scope.Range range) {
        String columns =
                "interval, sensor, metric, unit, window_start, count, mean, variance, min, max,"
                        + " first_timestamp, last_timestamp";
        List<String> parts = new ArrayList<>();
        parts.add(NO_PARTIALS);
        List<Path> files =
                files(Table.AGGREGATED, range).stream().map(file -> file.path(lake)).toList();
        if (!files.isEmpty()) {
            parts.add("SELECT " + columns + " FROM " + Sql.scan(files, true));
        }
        for (Interval interval : state.manifest().intervals()) {
            for (Block block : state.blocks()) {
                parts.add(
                        "SELECT "
                                + Sql.literal(interval.name())
                                + " AS interval, s.sensor, s.metric, s.unit, g.* EXCLUDE (series)"
                                + " FROM ("
                                + partialsOf(block, interval)
                                + ") g JOIN "
                                + Staging.table("series", block)
                                + " s ON s.id = g.series");
            }
        }
        return "SELECT interval, sensor, metric, window_start, count, mean, min, max, variance,"
                + " sqrt(variance) AS stddev FROM ("
                + Partials.merged(
                        "interval, sensor, metric, window_start",
                        "",
                        String.join(" UNION ALL BY NAME ", parts))
                + ")";
    }

    /// Partials of a block's rows by (series code, window).
    static String partialsOf(Block block, Interval interval) {
        return "SELECT series, make_timestamptz("
                + Sql.floorMicros("timestamp", interval.micros())
                + ") AS window_start, "
                + Partials.OF_ROWS
                + " FROM "
                + Staging.table("readings", block)
                + " GROUP BY ALL";
    }

    private String series() {
        String columns =
                "sensor, metric, unit, count, mean, variance, min, max, first_timestamp,"
                        + " last_timestamp";
        List<String> parts = new ArrayList<>();
        parts.add("SELECT " + columns + " FROM (" + NO_PARTIALS + ")");
        addFiles(parts, columns, state.manifest().base());
        Interval coarsest = state.manifest().intervals().getLast();
        List<LakeFile> files = aggregates(state.manifest().files(), coarsest);
        if (!files.isEmpty()) {
            parts.add("SELECT " + columns + " FROM " + Sql.scanOf(lake, files));
        }
        for (Block block : state.blocks()) {
            parts.add(
                    "SELECT s.sensor, s.metric, s.unit, g.* EXCLUDE (series) FROM (SELECT series, "
                            + Partials.OF_ROWS
                            + " FROM "
                            + Staging.table("readings", block)
                            + " GROUP BY series) g JOIN "
                            + Staging.table("series", block)
                            + " s ON s.id = g.series");
        }
        return "SELECT sensor, metric, unit, count, mean, min, max, variance, first_timestamp,"
                + " last_timestamp FROM ("
                + Partials.merged(
                        "sensor, metric",
                        ", arg_max(unit, last_timestamp) AS unit",
                        String.join(" UNION ALL BY NAME ", parts))
                + ")";
    }

    /// The partials of one interval.
    static List<LakeFile> aggregates(List<LakeFile> files, Interval interval) {
        String prefix = "interval=" + interval.name() + "/";
        return files.stream()
                .filter(file -> file.table() == Table.AGGREGATED)
                .filter(file -> file.partition().startsWith(prefix))
                .toList();
    }

    private String commandEvents() {
        List<String> parts = new ArrayList<>();
        parts.add(NO_COMMANDS);
        addFiles(parts, COMMAND_COLUMNS, state.manifest().of(Table.COMMANDS));
        for (Block block : state.blocks()) {
            parts.add("SELECT " + COMMAND_COLUMNS + " FROM " + Staging.table("commands", block));
        }
        return String.join(" UNION ALL ", parts);
    }

    private static final String COMMANDS =
            "SELECT id, arg_max(device, %1$s) AS device, arg_max(sensor, %1$s) AS sensor,"
                            .replace("%1$s", COMMAND_ORDER)
                    + " any_value(rule) AS rule, any_value(turn_on) AS turn_on,"
                    + " any_value(average) AS average, any_value(sequence) AS sequence,"
                    + " arg_max(state, "
                    + COMMAND_ORDER
                    + ") AS state, min(issued_at) AS issued_at,"
                    + " min(occurred_at) FILTER (state = 'sent') AS sent_at,"
                    + " min(occurred_at) FILTER (state = 'delivered') AS delivered_at,"
                    + " min(occurred_at) FILTER (state = 'acknowledged') AS acknowledged_at,"
                    + " min(occurred_at) FILTER (state = 'expired') AS expired_at,"
                    + " arg_max(expires_at, "
                    + COMMAND_ORDER
                    + ") AS expires_at FROM command_events GROUP BY id";

    private String deviceEvents() {
        String columns = "position, device, kind, detail, occurred_at";
        List<String> parts = new ArrayList<>();
        parts.add(NO_EVENTS);
        addFiles(parts, columns, state.manifest().of(Table.EVENTS));
        for (Block block : state.blocks()) {
            parts.add("SELECT " + columns + " FROM " + Staging.table("events", block));
        }
        return String.join(" UNION ALL ", parts);
    }

    private static final String DEVICES =
            "SELECT device, c.command_id, c.turn_on, c.state, c.sequence, c.rule, c.sensor, c.average,"
                    + " c.issued_at, e.last_event, e.last_event_detail, e.last_event_at, e.online,"
                    + " e.online_since, e.errors, e.last_error FROM (SELECT"
                    + " device, arg_max(id, o) AS command_id, arg_max(turn_on, o) AS turn_on,"
                    + " arg_max(state, o) AS state, max(sequence) AS sequence, arg_max(rule, o) AS rule,"
                    + " arg_max(sensor, o) AS sensor, arg_max(average, o) AS average,"
                    + " arg_max(issued_at, o) AS issued_at FROM (SELECT *, (sequence, "
                    + COMMAND_ORDER
                    + ") AS o FROM command_events) GROUP BY device) c FULL OUTER JOIN (SELECT device,"
                    + " arg_max(kind, position) AS last_event, arg_max(detail, position) AS"
                    + " last_event_detail, arg_max(occurred_at, position) AS last_event_at,"
                    + " arg_max(kind = 'online', position) FILTER (kind IN ('online', 'offline')) AS"
                    + " online, arg_max(occurred_at, position) FILTER (kind IN ('online',"
                    + " 'offline')) AS online_since, count(*) FILTER (kind = 'error') AS errors,"
                    + " arg_max(detail, position) FILTER (kind = 'error') AS last_error FROM"
                    + " device_events GROUP BY device) e USING (device)";

    private void addFiles(List<String> parts, String columns, List<LakeFile> files) {
        if (!files.isEmpty()) {
            parts.add("SELECT " + columns + " FROM " + Sql.scanOf(lake, files));
        }
    }

    /// A block's readings or conflicts with their strings in place of the codes.
    static String withStrings(String table, Block block) {
        return Staging.table(table, block)
                + " r JOIN "
                + Staging.table("series", block)
                + " s ON s.id = r.series JOIN "
                + Staging.table("sources", block)
                + " o ON o.id = r.source_id";
    }
}
