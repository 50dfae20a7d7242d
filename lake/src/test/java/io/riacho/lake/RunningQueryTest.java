package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RunningQueryTest {

    @Test
    @Timeout(30)
    void aQueryThatIsStoppedJustBeforeItsStatementStartsStillEnds() throws Exception {
        DuckDBConnection connection =
                (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
        RunningQuery query =
                new RunningQuery(
                        connection,
                        new CatalogState(0, Manifest.empty(List.of()), List.of()),
                        () -> {});
        try (ScheduledExecutorService again = Executors.newSingleThreadScheduledExecutor();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT sum(a.range) FROM range(1000000) a, range(1000000) b")) {
            query.statement(statement);
            query.cancel();
            var _ = again.scheduleWithFixedDelay(query::insist, 50, 50, TimeUnit.MILLISECONDS);
            assertThatThrownBy(statement::executeQuery).isInstanceOf(SQLException.class);
            again.shutdownNow();
        } finally {
            query.close();
        }
    }
}
