package io.riacho.lake;

import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The tables of a block in DuckDB, and the count of its rows that have been copied into them.
///
/// Rows go over as numbers; the strings of series and sources go over once each. Used under the
/// engine's lock.
final class Staging {

    private static final List<String> TABLES =
            List.of("series", "sources", "readings", "conflicts", "commands", "events");

    private final Block block;
    private int series;
    private int sources;
    private final Cursor readings;
    private final Cursor conflicts;
    private int commands;
    private int events;

    Staging(Block block) {
        this.block = block;
        this.readings = new Cursor(block.readings());
        this.conflicts = new Cursor(block.conflicts());
    }

    static String table(String name, Block block) {
        return "internal." + tableName(name, block);
    }

    private static String tableName(String name, Block block) {
        return name + "_" + block.number();
    }

    void create(DuckDBConnection connection) throws SQLException {
        createTable(
                connection, "series", "id INTEGER, sensor VARCHAR, metric VARCHAR, unit VARCHAR");
        createTable(connection, "sources", "id INTEGER, source VARCHAR");
        String reading =
                "position BIGINT, series INTEGER, timestamp TIMESTAMPTZ, value DOUBLE,"
                        + " source_id INTEGER, received_at TIMESTAMPTZ";
        createTable(connection, "readings", reading);
        createTable(connection, "conflicts", reading + ", kept_value DOUBLE");
        createTable(
                connection,
                "commands",
                "position BIGINT, id VARCHAR, device VARCHAR, sensor VARCHAR, rule VARCHAR,"
                        + " turn_on BOOLEAN, average DOUBLE, sequence BIGINT, state VARCHAR,"
                        + " occurred_at TIMESTAMPTZ, issued_at TIMESTAMPTZ, expires_at TIMESTAMPTZ");
        createTable(
                connection,
                "events",
                "position BIGINT, device VARCHAR, kind VARCHAR, detail VARCHAR, occurred_at TIMESTAMPTZ");
    }

    private void createTable(DuckDBConnection connection, String name, String columns)
            throws SQLException {
        Sql.run(connection, "CREATE TABLE " + table(name, block) + " (" + columns + ")");
    }

    void drop(DuckDBConnection connection) throws SQLException {
        for (String name : TABLES) {
            Sql.run(connection, "DROP TABLE IF EXISTS " + table(name, block));
        }
    }

    /// Copies what was appended before the call, or the first `rowsMax` readings of it. All or
    /// nothing: after an exception nothing of this call is in the tables.
    ///
    /// @return whether all of it is there now
    boolean catchUp(DuckDBConnection connection, long rowsMax) throws SQLException {
        // Rows first, dictionaries after: codes of the rows seen are below the sizes seen.
        long readingsSize = block.readings().size();
        long readingsEnd = readings.done + Math.min(readingsSize - readings.done, rowsMax);
        boolean all = readingsEnd == readingsSize;
        long conflictsEnd = block.conflicts().size();
        int seriesEnd = block.series().size();
        int sourcesEnd = block.sources().size();
        List<Block.Command> newCommands = block.commands().from(commands);
        List<Block.DeviceEvent> newEvents = block.events().from(events);
        if (readingsEnd == readings.done
                && conflictsEnd == conflicts.done
                && newCommands.isEmpty()
                && newEvents.isEmpty()) {
            return all;
        }
        Cursor.Mark readingsMark = readings.mark();
        Cursor.Mark conflictsMark = conflicts.mark();
        boolean committed = false;
        Sql.run(connection, "BEGIN TRANSACTION");
        try {
            appendDictionaries(connection, seriesEnd, sourcesEnd);
            appendReadings(connection, "readings", readings, readingsEnd);
            appendReadings(connection, "conflicts", conflicts, conflictsEnd);
            appendCommands(connection, newCommands);
            appendEvents(connection, newEvents);
            Sql.run(connection, "COMMIT");
            committed = true;
        } finally {
            if (!committed) {
                readings.reset(readingsMark);
                conflicts.reset(conflictsMark);
                Sql.run(connection, "ROLLBACK");
            }
        }
        series = seriesEnd;
        sources = sourcesEnd;
        commands += newCommands.size();
        events += newEvents.size();
        return all;
    }

    private DuckDBAppender appender(DuckDBConnection connection, String name) throws SQLException {
        return connection.createAppender("internal", tableName(name, block));
    }

    private void appendDictionaries(DuckDBConnection connection, int seriesEnd, int sourcesEnd)
            throws SQLException {
        if (seriesEnd > series) {
            try (DuckDBAppender rows = appender(connection, "series")) {
                for (int code = series; code < seriesEnd; code++) {
                    Dictionary.Entry entry = block.series().entry(code);
                    rows.beginRow().append(code).append(entry.first()).append(entry.second());
                    rows.append(entry.third()).endRow();
                }
            }
        }
        if (sourcesEnd > sources) {
            try (DuckDBAppender rows = appender(connection, "sources")) {
                for (int code = sources; code < sourcesEnd; code++) {
                    rows.beginRow().append(code).append(block.sources().entry(code).first());
                    rows.endRow();
                }
            }
        }
    }

    private void appendReadings(DuckDBConnection connection, String name, Cursor cursor, long end)
            throws SQLException {
        if (end == cursor.done) {
            return;
        }
        try (DuckDBAppender rows = appender(connection, name)) {
            while (cursor.done < end) {
                ReadingRows.Chunk chunk = cursor.chunk();
                int row = cursor.row();
                rows.beginRow()
                        .append(chunk.positions[row])
                        .append(chunk.series[row])
                        .appendEpochMicros(chunk.timestampsMicros[row])
                        .append(chunk.values[row])
                        .append(chunk.sources[row])
                        .appendEpochMicros(chunk.receivedAtMicros[row]);
                if (chunk.keptValues != null) {
                    rows.append(chunk.keptValues[row]);
                }
                rows.endRow();
                cursor.done++;
            }
        }
    }

    private void appendCommands(DuckDBConnection connection, List<Block.Command> commands)
            throws SQLException {
        if (commands.isEmpty()) {
            return;
        }
        try (DuckDBAppender rows = appender(connection, "commands")) {
            for (Block.Command command : commands) {
                CommandRow row = command.row();
                rows.beginRow()
                        .append(command.position())
                        .append(row.id())
                        .append(row.device())
                        .append(row.sensor())
                        .append(row.rule())
                        .append(row.turnOn())
                        .append(row.average())
                        .append(row.sequence())
                        .append(row.state())
                        .appendEpochMicros(row.atMicros())
                        .appendEpochMicros(row.issuedAtMicros())
                        .appendEpochMicros(row.expiresAtMicros())
                        .endRow();
            }
        }
    }

    private void appendEvents(DuckDBConnection connection, List<Block.DeviceEvent> events)
            throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        try (DuckDBAppender rows = appender(connection, "events")) {
            for (Block.DeviceEvent event : events) {
                rows.beginRow()
                        .append(event.position())
                        .append(event.device())
                        .append(event.kind())
                        .append(event.detail())
                        .appendEpochMicros(event.atMicros())
                        .endRow();
            }
        }
    }

    /// A place in a block's rows.
    private static final class Cursor {

        record Mark(ReadingRows.@Nullable Chunk chunk, long base, long done) {}

        private final ReadingRows rows;

        /// The chunk of the row before the next one; null before the first.
        private ReadingRows.@Nullable Chunk chunk;

        /// The number of the first row in it.
        private long base;

        private long done;

        Cursor(ReadingRows rows) {
            this.rows = rows;
        }

        Mark mark() {
            return new Mark(chunk, base, done);
        }

        void reset(Mark mark) {
            chunk = mark.chunk();
            base = mark.base();
            done = mark.done();
        }

        /// The chunk of the next row, which must have been published.
        ReadingRows.Chunk chunk() {
            ReadingRows.Chunk current = chunk;
            if (current == null) {
                current = rows.head();
            } else if (done - base == ReadingRows.CHUNK_ROWS) {
                current = current.next;
                base = done;
            }
            if (current == null) {
                throw new IllegalStateException("row " + done + " was not published");
            }
            chunk = current;
            return current;
        }

        /// The next row's place in its chunk; after [#chunk()].
        int row() {
            return (int) (done - base);
        }
    }
}
