package io.riacho.lake;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// Lets another thread end the long statements of seals, compactions and retention, for good: a server
/// that stops waits for none of them.
final class Abandonment {

    private volatile boolean abandoned;
    private @Nullable PreparedStatement running;

    /// Cancels the statement that runs and refuses further ones. A statement that is just about to
    /// start does not notice: call it again until the work has ended.
    void abandon() {
        abandoned = true;
        synchronized (this) {
            if (running != null) {
                try {
                    running.cancel();
                } catch (SQLException e) {
                    // It ended in this moment.
                }
            }
        }
    }

    void check() throws IOException {
        if (abandoned) {
            throw new IOException("the server is stopping");
        }
    }

    /// Runs one statement.
    ///
    /// @return what [Sql#run] does
    long run(DuckDBConnection connection, String sql) throws IOException, SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement);
            check();
            return statement.execute() ? -1 : statement.getLargeUpdateCount();
        } finally {
            set(null);
        }
    }

    private synchronized void set(@Nullable PreparedStatement statement) {
        running = statement;
    }
}
