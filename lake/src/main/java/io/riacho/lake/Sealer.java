package io.riacho.lake;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.duckdb.DuckDBConnection;

/// Writes a frozen block as Parquet files and commits them.
///
/// The partitions are written one after the other, so a block that spans a year of hours holds no
/// more files open than one of a minute. Its rows are sorted by time once when they spread over many
/// partitions, so that each partition's scan skips the others.
final class Sealer {

    /// Readings copied to DuckDB while queries wait for the lock: some 50 ms.
    private static final long COPY_ROWS = 65_536;

    /// From so many partitions on, sorting first is cheaper than scanning the block for each.
    private static final int SORT_PARTITIONS_MIN = 8;

    private final Disk disk;
    private final Path lake;
    private final DuckDb engine;
    private final Catalog catalog;

    Sealer(Disk disk, Path lake, DuckDb engine, Catalog catalog) {
        this.disk = disk;
        this.lake = lake;
        this.engine = engine;
        this.catalog = catalog;
    }

    void seal(Block block, long upTo) throws IOException {
        Manifest manifest = catalog.state().manifest();
        if (block.rows() == 0) {
            catalog.commit(manifest.next(upTo, List.of(), List.of()), List.of(), block);
            return;
        }
        String operation = "sealing up to position " + upTo;
        try {
            stage(block);
            try (DuckDBConnection connection = engine.connect()) {
                ParquetWriter writer =
                        new ParquetWriter(disk, lake, connection, engine.abandonment());
                try {
                    new Seal(connection, writer, block, upTo, manifest).write();
                    catalog.commit(
                            manifest.next(upTo, writer.finish(), List.of()), List.of(), block);
                } catch (IOException | SQLException | RuntimeException e) {
                    if (catalog.isSettled()) {
                        writer.discard(e);
                    }
                    throw e;
                }
            }
        } catch (SQLException e) {
            throw DuckDb.explained(operation, e);
        }
    }

    private void stage(Block block) throws IOException, SQLException {
        ReentrantLock lock = engine.lock();
        boolean all = false;
        while (!all) {
            engine.abandonment().check();
            lock.lock();
            try {
                engine.tables(catalog.state());
                all = engine.staging(block).catchUp(engine.admin(), COPY_ROWS);
            } finally {
                lock.unlock();
            }
        }
    }

    /// The work of one seal.
    private record Seal(
            DuckDBConnection connection,
            ParquetWriter writer,
            Block block,
            long upTo,
            Manifest manifest) {

        void write() throws IOException, SQLException {
            rankSeries();
            writeReadings();
            for (Interval interval : manifest.intervals()) {
                writePartials(interval);
            }
            writeByTime(
                    Table.CONFLICTS,
                    Staging.table("conflicts", block),
                    "timestamp",
                    Interval.DAY_MICROS,
                    Sql::dayPartition,
                    "* EXCLUDE (rank)",
                    "SELECT s.sensor, s.metric, r.timestamp, r.value, r.kept_value, s.unit, o.source,"
                            + " r.received_at, r.position, k.rank FROM "
                            + ranked("conflicts"),
                    "rank, timestamp, position");
            writeByTime(
                    Table.COMMANDS,
                    Staging.table("commands", block),
                    "occurred_at",
                    Interval.DAY_MICROS,
                    Sql::dayPartition,
                    "*",
                    "SELECT * FROM " + Staging.table("commands", block),
                    "position");
            writeByTime(
                    Table.EVENTS,
                    Staging.table("events", block),
                    "occurred_at",
                    Interval.DAY_MICROS,
                    Sql::dayPartition,
                    "*",
                    "SELECT * FROM " + Staging.table("events", block),
                    "position");
            Sql.run(connection, "DROP TABLE temp.ranks");
        }

        /// Numbers the series in the order of their names: to sort rows by that number costs half of
        /// what sorting them by the names does.
        private void rankSeries() throws IOException, SQLException {
            writer.run(
                    "CREATE OR REPLACE TEMP TABLE ranks AS SELECT id,"
                            + " dense_rank() OVER (ORDER BY sensor, metric) AS rank FROM "
                            + Staging.table("series", block));
        }

        private String ranked(String rows) {
            return Views.withStrings(rows, block) + " JOIN temp.ranks k ON k.id = r.series";
        }

        private void writeReadings() throws IOException, SQLException {
            writeByTime(
                    Table.RAW,
                    Staging.table("readings", block),
                    "timestamp",
                    Interval.HOUR_MICROS,
                    Sql::hourPartition,
                    "* EXCLUDE (rank)",
                    "SELECT s.sensor, s.metric, r.timestamp, r.value, s.unit, o.source,"
                            + " r.received_at, r.position, k.rank FROM "
                            + ranked("readings"),
                    "rank, timestamp");
        }

        private void writePartials(Interval interval) throws IOException, SQLException {
            writer.run(
                    "CREATE OR REPLACE TEMP TABLE partials AS "
                            + Views.partialsOf(block, interval)
                            + " ORDER BY window_start");
            writeByTime(
                    Table.AGGREGATED,
                    "temp.partials",
                    "window_start",
                    Interval.DAY_MICROS,
                    day -> "interval=" + interval.name() + "/" + Sql.dayPartition(day),
                    "*",
                    "SELECT s.sensor, s.metric, s.unit, r.* EXCLUDE (series) FROM temp.partials r JOIN "
                            + Staging.table("series", block)
                            + " s ON s.id = r.series",
                    "sensor, metric, unit, window_start");
            Sql.run(connection, "DROP TABLE temp.partials");
        }

        /// Writes a file for each partition of `source`, whose rows `query` gives in full.
        ///
        /// @param columns those of the query's that are written
        private void writeByTime(
                Table table,
                String source,
                String time,
                long partitionMicros,
                LongFunction<String> partition,
                String columns,
                String query,
                String order)
                throws IOException, SQLException {
            List<long[]> partitions =
                    Sql.longs(
                            connection,
                            "SELECT "
                                    + Sql.floorMicros(time, partitionMicros)
                                    + " AS start, count(*), min(epoch_us("
                                    + time
                                    + ")), max(epoch_us("
                                    + time
                                    + ")) FROM "
                                    + source
                                    + " GROUP BY 1 ORDER BY 1");
            boolean sorted = partitions.size() >= SORT_PARTITIONS_MIN;
            if (sorted) {
                writer.run("CREATE OR REPLACE TEMP TABLE sorted AS " + query + " ORDER BY " + time);
            }
            String name = block.firstPosition() + "-" + upTo + ".parquet";
            for (long[] each : partitions) {
                String rows =
                        "SELECT "
                                + columns
                                + " FROM "
                                + (sorted ? "temp.sorted" : "(" + query + ")");
                writer.write(
                        table,
                        partition.apply(each[0]),
                        name,
                        block.firstPosition(),
                        upTo,
                        each[1],
                        each[2],
                        each[3],
                        rows
                                + " WHERE "
                                + time
                                + " BETWEEN "
                                + Sql.timestamp(each[2])
                                + " AND "
                                + Sql.timestamp(each[3])
                                + " ORDER BY "
                                + order);
            }
            if (sorted) {
                Sql.run(connection, "DROP TABLE temp.sorted");
            }
        }
    }
}
