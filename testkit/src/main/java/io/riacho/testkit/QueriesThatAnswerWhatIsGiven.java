package io.riacho.testkit;

import io.riacho.api.query.Queries;
import io.riacho.api.query.QueryFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Queries whose answer a test gives; it can look at the SQL, and hold a query up. Safe for use by
/// many threads.
public final class QueriesThatAnswerWhatIsGiven implements Queries {

    private final List<String> asked = new ArrayList<>();
    private List<Column> columns = List.of();
    private List<List<? extends @Nullable Object>> rows = List.of();
    private int repeat = 1;
    private @Nullable QueryFailedException failure;
    private CountDownLatch gate = new CountDownLatch(0);
    private int open;

    /// From now on every query has this answer.
    public synchronized void answer(
            List<Column> columns, List<List<? extends @Nullable Object>> rows) {
        answer(columns, rows, 1);
    }

    /// As [#answer], with the rows again and again.
    public synchronized void answer(
            List<Column> columns, List<List<? extends @Nullable Object>> rows, int repeat) {
        this.columns = columns;
        this.rows = rows;
        this.repeat = repeat;
        failure = null;
    }

    /// From now on every query fails.
    public synchronized void fail(QueryFailedException with) {
        failure = with;
    }

    /// From now on queries wait until the latch is down.
    public synchronized void holdUp(CountDownLatch until) {
        gate = until;
    }

    /// The SQL of every query so far.
    public synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    /// Answers that were not closed.
    public synchronized int open() {
        return open;
    }

    @Override
    public Rows query(String sql, Limits limits) throws QueryFailedException {
        CountDownLatch wait;
        synchronized (this) {
            asked.add(sql);
            wait = gate;
        }
        try {
            wait.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
            open++;
            return new Given(limits.rowsMax());
        }
    }

    private final class Given implements Rows {
        private final long rowsMax;
        private final long total;
        private long given;

        Given(long rowsMax) {
            this.rowsMax = rowsMax;
            this.total = (long) rows.size() * repeat;
        }

        @Override
        public List<Column> columns() {
            return columns;
        }

        @Override
        public boolean next() {
            if (given == total || given == rowsMax) {
                return false;
            }
            given++;
            return true;
        }

        @Override
        public @Nullable Object value(int column) {
            return rows.get((int) ((given - 1) % rows.size())).get(column);
        }

        @Override
        public boolean truncated() {
            return given < total;
        }

        @Override
        public void close() {
            synchronized (QueriesThatAnswerWhatIsGiven.this) {
                open--;
            }
        }
    }
}
