package io.riacho.lake;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.duckdb.DuckDBConnection;

/// Builds pieces of DuckDB's SQL, and runs statements of our own.
final class Sql {

    private Sql() {}

    /// Runs one statement and returns the count that it reports, -1 for none.
    ///
    /// Always a prepared statement: with streaming results the plain ones lose DuckDB's message.
    static long run(DuckDBConnection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return statement.execute() ? -1 : statement.getLargeUpdateCount();
        }
    }

    static List<long[]> longs(DuckDBConnection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            int columns = rows.getMetaData().getColumnCount();
            List<long[]> all = new ArrayList<>();
            while (rows.next()) {
                long[] row = new long[columns];
                for (int i = 0; i < columns; i++) {
                    row[i] = rows.getLong(i + 1);
                }
                all.add(row);
            }
            return all;
        }
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String literal(Path path) {
        return literal(path.toString());
    }

    /// A `TIMESTAMPTZ` value.
    static String timestamp(long micros) {
        return "make_timestamptz(" + micros + ")";
    }

    /// The start of the interval that a `TIMESTAMPTZ` expression lies in, in microseconds; also
    /// before 1970, where DuckDB's `%` is negative.
    static String floorMicros(String timestamp, long intervalMicros) {
        return String.format(
                Locale.ROOT,
                "(epoch_us(%1$s) - ((epoch_us(%1$s) %% %2$d) + %2$d) %% %2$d)",
                timestamp,
                intervalMicros);
    }

    /// A scan of exactly these files.
    static String scan(List<Path> files, boolean partitionColumns) {
        StringBuilder sql = new StringBuilder("read_parquet([");
        for (int i = 0; i < files.size(); i++) {
            sql.append(i == 0 ? "" : ", ").append(literal(files.get(i)));
        }
        sql.append("], hive_partitioning = ").append(partitionColumns);
        if (partitionColumns) {
            sql.append(", hive_types = {'interval': VARCHAR, 'dt': VARCHAR}");
        }
        return sql.append(")").toString();
    }

    static String scanOf(Path lake, List<LakeFile> files) {
        return scan(files.stream().map(file -> file.path(lake)).toList(), false);
    }

    static LocalDate day(long micros) {
        return LocalDate.ofEpochDay(Math.floorDiv(micros, Interval.DAY_MICROS));
    }

    static String dayPartition(long micros) {
        return "dt=" + day(micros);
    }

    static String hourPartition(long micros) {
        long hour = Math.floorMod(micros, Interval.DAY_MICROS) / Interval.HOUR_MICROS;
        return String.format(Locale.ROOT, "dt=%s/hour=%02d", day(micros), hour);
    }
}
