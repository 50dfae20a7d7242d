package io.riacho.lake;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// Runs the queries of users.
///
/// What a query may do is limited three times over: DuckDB's parser must call it a single `SELECT`,
/// of which the plan may be asked for (`EXPLAIN`, `EXPLAIN ANALYZE`), it runs in a read-only transaction, and the engine may touch no file outside the lake
/// ([DuckDb]).
final class Queries implements AutoCloseable {

    /// A query that was stopped is stopped again after so long, as long as it runs.
    private static final long INSIST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Pattern EXPLAIN =
            Pattern.compile("\\s*EXPLAIN(\\s+ANALYZE)?\\s", Pattern.CASE_INSENSITIVE);

    private final DuckDb engine;
    private final Catalog catalog;
    private final Semaphore places;
    private final int queriesMax;
    private final Set<RunningQuery> running = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().daemon().name("lake-deadlines").unstarted(task));

    Queries(DuckDb engine, Catalog catalog, int queriesMax) {
        this.engine = engine;
        this.catalog = catalog;
        this.queriesMax = queriesMax;
        this.places = new Semaphore(queriesMax, true);
    }

    QueryResult query(String sql, List<? extends @Nullable Object> parameters, QueryLimits limits)
            throws QueryException {
        long startNanos = System.nanoTime();
        Scope scope = scope(sql, parameters);
        if (scope != null) {
            try {
                return query(sql, scope, parameters, limits, startNanos);
            } catch (QueryException e) {
                if (e.reason() != QueryException.Reason.INVALID) {
                    throw e;
                }
                // The views say it in words that fit the query as it was asked.
            }
        }
        return query(sql, null, parameters, limits, startNanos);
    }

    private @Nullable Scope scope(String sql, List<? extends @Nullable Object> parameters) {
        if (!parameters.isEmpty() || EXPLAIN.matcher(sql).lookingAt()) {
            return null;
        }
        try (DuckDBConnection connection = engine.connect()) {
            return Scope.of(connection, sql);
        } catch (SQLException e) {
            // What is wrong with it shows when it runs.
            return null;
        }
    }

    private QueryResult query(
            String sql,
            @Nullable Scope scope,
            List<? extends @Nullable Object> parameters,
            QueryLimits limits,
            long startNanos)
            throws QueryException {
        takePlace(limits);
        RunningQuery query = start(limits, startNanos, scope == null);
        boolean handedOver = false;
        try {
            requireSingleSelect(query.connection(), explained(sql));
            query.check();
            String toRun = scope == null ? sql : scope.sql(engine.viewsOf(query.state()));
            PreparedStatement statement = query.connection().prepareStatement(toRun);
            query.statement(statement);
            List<QueryResult.Column> columns = Answers.columns(statement.getMetaData());
            String asText = Answers.asText(query.connection(), toRun, columns);
            if (asText != null) {
                statement.close();
                statement = query.connection().prepareStatement(asText);
                query.statement(statement);
            }
            for (int i = 0; i < parameters.size(); i++) {
                statement.setObject(i + 1, Answers.bound(parameters.get(i)));
            }
            query.check();
            ResultSet rows = statement.executeQuery();
            QueryResult result = new QueryResult(query, rows, columns, limits);
            handedOver = true;
            return result;
        } catch (SQLException e) {
            throw query.explained(e);
        } finally {
            if (!handedOver) {
                query.close();
            }
        }
    }

    private void takePlace(QueryLimits limits) throws QueryException {
        boolean taken;
        try {
            taken = places.tryAcquire(limits.timeMax().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueryException(
                    QueryException.Reason.CANCELLED, "interrupted while waiting for a place", e);
        }
        if (!taken) {
            throw new QueryException(
                    QueryException.Reason.BUSY,
                    "all " + queriesMax + " places for queries are taken; try again later",
                    null);
        }
    }

    /// Opens a read-only transaction that sees every row appended so far.
    private RunningQuery start(QueryLimits limits, long startNanos, boolean withViews)
            throws QueryException {
        ReentrantLock lock = engine.lock();
        CatalogState pinned = null;
        DuckDBConnection connection = null;
        RunningQuery query = null;
        lock.lock();
        try {
            pinned = catalog.pin();
            engine.refresh(pinned, withViews);
            connection = engine.connect();
            Sql.run(connection, "BEGIN TRANSACTION READ ONLY");
            // A transaction's snapshot is that of its first look at the catalogue.
            Sql.longs(connection, "SELECT count(*) FROM internal.pin");
            CatalogState toRelease = pinned;
            RunningQuery[] self = new RunningQuery[1];
            query =
                    new RunningQuery(
                            connection,
                            pinned,
                            () -> {
                                running.remove(self[0]);
                                catalog.unpin(toRelease);
                                places.release();
                            });
            self[0] = query;
            running.add(query);
        } catch (SQLException e) {
            throw new QueryException(
                    QueryException.Reason.FAILED, String.valueOf(e.getMessage()), e);
        } finally {
            lock.unlock();
            if (query == null) {
                closeQuietly(connection);
                if (pinned != null) {
                    catalog.unpin(pinned);
                }
                places.release();
            }
        }
        RunningQuery started = query;
        long leftNanos = limits.timeMax().toNanos() - (System.nanoTime() - startNanos);
        started.deadline(
                deadlines.scheduleWithFixedDelay(
                        () -> {
                            if (System.nanoTime() - startNanos >= limits.timeMax().toNanos()) {
                                started.stop(QueryException.Reason.TIMEOUT);
                            }
                            started.insist();
                        },
                        Math.clamp(leftNanos, 0, INSIST_NANOS),
                        INSIST_NANOS,
                        TimeUnit.NANOSECONDS));
        return started;
    }

    private static void closeQuietly(@Nullable DuckDBConnection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing more to do with it; the exception under way says what happened.
        }
    }

    /// What is to be explained, or the query itself: to DuckDB's parser an `EXPLAIN` is no `SELECT`,
    /// whatever it explains.
    private static String explained(String sql) {
        Matcher explain = EXPLAIN.matcher(sql);
        return explain.lookingAt() ? sql.substring(explain.end()) : sql;
    }

    /// DuckDB prepares all but the last of several statements by running them, so it must be known
    /// before that there is one, and that it only reads.
    private static void requireSingleSelect(DuckDBConnection connection, String sql)
            throws QueryException, SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT CASE WHEN tree->>'error' = 'true' THEN tree->>'error_message' END,"
                                + " tree->>'error_type', json_array_length(tree, '$.statements')"
                                + " FROM (SELECT json_serialize_sql(?::VARCHAR) AS tree)")) {
            statement.setString(1, sql);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                String error = rows.getString(1);
                if (error != null && "parser".equals(rows.getString(2))) {
                    throw new QueryException(
                            QueryException.Reason.INVALID, "Parser Error: " + error, null);
                }
                if (error != null) {
                    throw new QueryException(
                            QueryException.Reason.REFUSED,
                            "only SELECT is possible here: " + error,
                            null);
                }
                if (rows.getInt(3) != 1) {
                    throw new QueryException(
                            QueryException.Reason.REFUSED,
                            "one statement at a time; this is " + rows.getInt(3),
                            null);
                }
            }
        }
    }

    @Override
    public void close() {
        deadlines.shutdownNow();
        for (RunningQuery query : running) {
            query.cancel();
        }
    }
}
