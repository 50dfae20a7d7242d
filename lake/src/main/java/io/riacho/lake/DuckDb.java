package io.riacho.lake;

import io.riacho.disk.DiskFullException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// DuckDB, in memory, opened when it is needed first: a server that is never queried does not pay
/// for it.
///
/// It may read and write files below the lake's directory and nowhere else, loads no extensions, and
/// its configuration is locked before any SQL of a user is seen.
///
/// Consistency comes from DuckDB's snapshots: a query brings tables and views up to the state that it pins
/// ([#refresh]) and begins its transaction under the same lock, so that it sees that state and no other.
final class DuckDb implements AutoCloseable {

    /// What DuckDB may write to the lake's `tmp`.
    private static final long SPILL_BYTES_MAX = 4L << 30;

    private final Path lake;
    private final LakeOptions options;
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable DuckDBConnection first;
    private @Nullable DuckDBConnection admin;
    private boolean closed;
    private final Abandonment abandonment = new Abandonment();

    private final Map<Integer, Staging> stagings = new HashMap<>();
    private long tablesGeneration = -1;
    private long viewsGeneration = -1;

    DuckDb(Path lake, LakeOptions options) {
        this.lake = lake;
        this.options = options;
    }

    /// Held while staging and views change, and while a reader pins what it will see.
    ReentrantLock lock() {
        return lock;
    }

    boolean isOpen() {
        lock.lock();
        try {
            return first != null;
        } finally {
            lock.unlock();
        }
    }

    /// What the long statements of seals, compactions and retention run under.
    Abandonment abandonment() {
        return abandonment;
    }

    /// A new connection; the caller closes it.
    DuckDBConnection connect() throws SQLException {
        lock.lock();
        try {
            return opened().duplicate();
        } finally {
            lock.unlock();
        }
    }

    private DuckDBConnection opened() throws SQLException {
        if (closed) {
            throw new SQLException("the lake is closed");
        }
        if (first == null) {
            Properties properties = new Properties();
            properties.setProperty("jdbc_stream_results", "true");
            DuckDBConnection connection =
                    (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", properties);
            try {
                configure(connection);
                admin = connection.duplicate();
                first = connection;
            } finally {
                if (first == null) {
                    connection.close();
                }
            }
        }
        return first;
    }

    private void configure(DuckDBConnection connection) throws SQLException {
        String directory = lake.toString().endsWith("/") ? lake.toString() : lake + "/";
        List<String> settings =
                List.of(
                        "SET GLOBAL TimeZone = 'UTC'",
                        String.format(
                                Locale.ROOT,
                                "SET GLOBAL memory_limit = '%dKiB'",
                                options.engineBytesMax() >> 10),
                        "SET GLOBAL threads = " + options.engineThreads(),
                        "SET GLOBAL preserve_insertion_order = true",
                        "SET GLOBAL temp_directory = " + Sql.literal(lake.resolve(Lake.TEMPORARY)),
                        // Unless told, DuckDB takes nine tenths of what is free when it first
                        // spills, for ever: on a disk that somebody else had filled, next to
                        // nothing.
                        "SET GLOBAL max_temp_directory_size = '" + SPILL_BYTES_MAX + "B'",
                        "SET GLOBAL autoinstall_known_extensions = false",
                        "SET GLOBAL autoload_known_extensions = false",
                        "SET GLOBAL allow_community_extensions = false",
                        "SET GLOBAL allowed_directories = [" + Sql.literal(directory) + "]",
                        "SET GLOBAL enable_external_access = false",
                        "SET GLOBAL lock_configuration = true",
                        "CREATE SCHEMA internal",
                        "CREATE TABLE internal.pin (pinned BOOLEAN)");
        for (String setting : settings) {
            Sql.run(connection, setting);
        }
    }

    /// Brings tables and, if they are needed, views up to a state, and the tables up to the rows appended so
    /// far. Under the lock.
    void refresh(CatalogState state, boolean withViews) throws SQLException {
        tables(state);
        if (withViews) {
            views(state);
        }
        for (Block block : state.blocks()) {
            staging(block).catchUp(admin(), Long.MAX_VALUE);
        }
    }

    /// The tables of the blocks that are not sealed, and none of others. Views stay behind until the next
    /// query: they name every file of the lake, so a seal that made them would take longer with each
    /// day. Under the lock.
    void tables(CatalogState state) throws SQLException {
        opened();
        if (tablesGeneration == state.generation()) {
            return;
        }
        DuckDBConnection connection = admin();
        Map<Integer, Staging> added = new HashMap<>();
        Map<Integer, Staging> gone = new HashMap<>(stagings);
        inTransaction(
                connection,
                () -> {
                    for (Block block : state.blocks()) {
                        gone.remove(block.number());
                        if (!stagings.containsKey(block.number())) {
                            Staging staging = new Staging(block);
                            staging.create(connection);
                            added.put(block.number(), staging);
                        }
                    }
                    for (Staging staging : gone.values()) {
                        staging.drop(connection);
                    }
                });
        stagings.putAll(added);
        stagings.keySet().removeAll(gone.keySet());
        tablesGeneration = state.generation();
    }

    private void views(CatalogState state) throws SQLException {
        if (viewsGeneration == state.generation()) {
            return;
        }
        DuckDBConnection connection = admin();
        inTransaction(
                connection,
                () -> {
                    for (Map.Entry<String, String> view :
                            new Views(lake, state).definitions().entrySet()) {
                        Sql.run(
                                connection,
                                "CREATE OR REPLACE VIEW "
                                        + view.getKey()
                                        + " AS "
                                        + view.getValue());
                    }
                });
        viewsGeneration = state.generation();
    }

    Views viewsOf(CatalogState state) {
        return new Views(lake, state);
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static void inTransaction(DuckDBConnection connection, Work work) throws SQLException {
        boolean committed = false;
        Sql.run(connection, "BEGIN TRANSACTION");
        try {
            work.run();
            Sql.run(connection, "COMMIT");
            committed = true;
        } finally {
            if (!committed) {
                Sql.run(connection, "ROLLBACK");
            }
        }
    }

    /// Under the lock, after [#tables] with a state that has the block.
    Staging staging(Block block) {
        Staging staging = stagings.get(block.number());
        if (staging == null) {
            throw new IllegalStateException("block " + block.number() + " has no tables");
        }
        return staging;
    }

    DuckDBConnection admin() throws SQLException {
        DuckDBConnection connection = admin;
        if (connection == null) {
            throw new SQLException("the lake's engine is not open");
        }
        return connection;
    }

    /// What an exception of the engine's own work means to the caller of an I/O operation.
    static IOException explained(String operation, SQLException e) {
        String message = String.valueOf(e.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("disk quota")) {
            return new DiskFullException(operation + ": the file system is full", e);
        }
        return new IOException(operation + ": " + message, e);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            try (DuckDBConnection _ = first;
                    DuckDBConnection _ = admin) {
                first = null;
                admin = null;
            } catch (SQLException e) {
                throw new IllegalStateException("closing the lake's engine", e);
            }
        } finally {
            lock.unlock();
        }
    }
}
