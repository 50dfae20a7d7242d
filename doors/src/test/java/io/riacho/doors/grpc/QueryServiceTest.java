package io.riacho.doors.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.riacho.api.query.Queries;
import io.riacho.api.query.QueryFailedException;
import io.riacho.disk.RealDisk;
import io.riacho.lake.Lake;
import io.riacho.lake.LakeOptions;
import io.riacho.pipeline.query.LakeQueries;
import io.riacho.protocol.v1.ListSeriesRequest;
import io.riacho.protocol.v1.ListSeriesResponse;
import io.riacho.protocol.v1.QueryRequest;
import io.riacho.protocol.v1.QueryResponse;
import io.riacho.protocol.v1.QueryServiceGrpc;
import io.riacho.protocol.v1.Row;
import io.riacho.protocol.v1.SeriesSummary;
import io.riacho.protocol.v1.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryServiceTest {

    @TempDir private Path directory;

    private final Loopback loopback = new Loopback();

    @AfterEach
    void close() {
        loopback.close();
    }

    private Answers<QueryRequest, QueryResponse> query(
            Queries queries, Queries.Limits limits, String sql, long rowsMax) throws IOException {
        Answers<QueryRequest, QueryResponse> answers = Answers.taken();
        QueryServiceGrpc.newStub(loopback.to(new QueryService(queries, limits)))
                .query(QueryRequest.newBuilder().setSql(sql).setRowsMax(rowsMax).build(), answers);
        return answers;
    }

    private static List<Row> rows(Answers<QueryRequest, QueryResponse> answers) {
        List<Row> rows = new ArrayList<>();
        answers.messages().forEach(response -> rows.addAll(response.getRowsList()));
        return rows;
    }

    private Lake lake() throws IOException {
        Lake lake = Lake.open(new RealDisk(), directory, LakeOptions.defaults());
        lake.appendReading(0, "b", "humidity", 1_000_000, 40, "%", "grpc", 5_000_000);
        lake.appendReading(1, "it's", "temperature", 2_000_001, 20, null, "tcp", 5_000_001);
        lake.appendReading(2, "it's", "temperature", 3_000_000, 30, null, "tcp", 5_000_002);
        return lake;
    }

    @Test
    void columnsComeFirstAndValuesKeepTheirKinds() throws IOException {
        try (Lake lake = lake()) {
            Answers<QueryRequest, QueryResponse> answers =
                    query(
                            new LakeQueries(lake),
                            Queries.Limits.DEFAULT,
                            "SELECT sensor, value, timestamp, unit, value > 25 AS warm,"
                                    + " CAST(7 AS INTEGER) AS seven, 1.5::DECIMAL(4,1) AS exact"
                                    + " FROM readings WHERE metric = 'temperature' ORDER BY value",
                            0);
            assertThat(answers.awaitEnd().isOk()).isTrue();
            assertThat(answers.messages().getFirst().getColumnsList())
                    .extracting(each -> each.getName())
                    .containsExactly(
                            "sensor", "value", "timestamp", "unit", "warm", "seven", "exact");
            assertThat(answers.messages().getFirst().getColumns(1).getType()).isEqualTo("DOUBLE");
            assertThat(rows(answers))
                    .containsExactly(row(20, 2_000_001, false), row(30, 3_000_000, true));
        }
    }

    private static Row row(double value, long timestampUs, boolean warm) {
        return Row.newBuilder()
                .addValues(Value.newBuilder().setStringValue("it's"))
                .addValues(Value.newBuilder().setDoubleValue(value))
                .addValues(Value.newBuilder().setTimestampUs(timestampUs))
                .addValues(Value.getDefaultInstance())
                .addValues(Value.newBuilder().setBoolValue(warm))
                .addValues(Value.newBuilder().setIntValue(7))
                .addValues(Value.newBuilder().setStringValue("1.5"))
                .build();
    }

    @Test
    void seriesComeInOrderWithTheirStatistics() throws IOException {
        try (Lake lake = lake()) {
            QueryServiceGrpc.QueryServiceStub stub =
                    QueryServiceGrpc.newStub(
                            loopback.to(
                                    new QueryService(
                                            new LakeQueries(lake), Queries.Limits.DEFAULT)));
            Answers<ListSeriesRequest, ListSeriesResponse> all = Answers.taken();
            stub.listSeries(ListSeriesRequest.getDefaultInstance(), all);
            assertThat(all.awaitEnd().isOk()).isTrue();
            SeriesSummary quoted =
                    SeriesSummary.newBuilder()
                            .setSensorId("it's")
                            .setMetric("temperature")
                            .setCount(2)
                            .setMean(25)
                            .setMin(20)
                            .setMax(30)
                            .setVariance(25)
                            .setFirstUs(2_000_001)
                            .setLastUs(3_000_000)
                            .build();
            assertThat(all.messages()).hasSize(1);
            assertThat(all.messages().getFirst().getSeriesList())
                    .hasSize(2)
                    .endsWith(quoted)
                    .first()
                    .extracting(SeriesSummary::getUnit)
                    .isEqualTo("%");
            Answers<ListSeriesRequest, ListSeriesResponse> one = Answers.taken();
            stub.listSeries(ListSeriesRequest.newBuilder().setSensorId("it's").build(), one);
            assertThat(one.awaitEnd().isOk()).isTrue();
            assertThat(one.messages().getFirst().getSeriesList()).containsExactly(quoted);
        }
    }

    @Test
    void fewerRowsThanThereAreIsNoErrorWhenAskedForAndOneWhenNot() throws IOException {
        try (Lake lake = lake()) {
            Queries queries = new LakeQueries(lake);
            String sql = "SELECT * FROM range(10)";
            Answers<QueryRequest, QueryResponse> asked =
                    query(queries, Queries.Limits.DEFAULT, sql, 4);
            assertThat(asked.awaitEnd().isOk()).isTrue();
            assertThat(rows(asked)).hasSize(4);
            Answers<QueryRequest, QueryResponse> cut =
                    query(queries, Queries.Limits.DEFAULT.withRowsMax(4), sql, 0);
            assertThat(cut.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(rows(cut)).hasSize(4);
        }
    }

    @Test
    void sqlThatIsWrongOrWritesIsInvalid() throws IOException {
        try (Lake lake = lake()) {
            for (String sql : List.of("SELEKT 1", "DROP VIEW readings", "SELECT nothing")) {
                Status end =
                        query(new LakeQueries(lake), Queries.Limits.DEFAULT, sql, 0).awaitEnd();
                assertThat(end.getCode()).as(sql).isEqualTo(Status.Code.INVALID_ARGUMENT);
                assertThat(end.getDescription()).as(sql).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID, INVALID_ARGUMENT",
        "TOO_SLOW, DEADLINE_EXCEEDED",
        "BUSY, RESOURCE_EXHAUSTED",
        "FAILED, UNAVAILABLE",
    })
    void aFailureHasItsStatusAndItsReason(QueryFailedException.Kind kind, Status.Code code)
            throws IOException {
        Queries failing =
                (_, _) -> {
                    throw new QueryFailedException(kind, "because");
                };
        Status end = query(failing, Queries.Limits.DEFAULT, "SELECT 1", 0).awaitEnd();
        assertThat(end.getCode()).isEqualTo(code);
        assertThat(end.getDescription()).isEqualTo("because");
    }

    /// Rows without end; tells how many were taken, and whether it was closed.
    private static final class EndlessRows implements Queries, Queries.Rows {

        private final AtomicLong taken = new AtomicLong();
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public Rows query(String sql, Limits limits) {
            return this;
        }

        @Override
        public List<Queries.Column> columns() {
            return List.of(new Queries.Column("text", "VARCHAR"));
        }

        @Override
        public boolean next() {
            taken.incrementAndGet();
            return true;
        }

        @Override
        public @Nullable Object value(int column) {
            return "x".repeat(1_000);
        }

        @Override
        public boolean truncated() {
            return false;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsTheQueryUntilItCancels() throws IOException {
        EndlessRows endless = new EndlessRows();
        Answers<QueryRequest, QueryResponse> answers = Answers.takenWhenTold();
        GrpcDoor door = loopback.serve(new QueryService(endless, Queries.Limits.DEFAULT));
        QueryServiceGrpc.newStub(loopback.channel(door, 64 * 1024))
                .query(QueryRequest.newBuilder().setSql("SELECT 1").build(), answers);
        AtomicLong before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(20))
                .until(() -> before.getAndSet(endless.taken.get()) == endless.taken.get());
        assertThat(endless.taken.get()).isBetween(1L, 10_000L);
        assertThat(endless.closed.get()).isZero();
        answers.call().cancel("enough", null);
        await().atMost(Duration.ofSeconds(20)).until(() -> endless.closed.get() == 1);
    }

    @Test
    void aClientThatNeverReadsIsGivenUp() throws IOException {
        EndlessRows endless = new EndlessRows();
        Answers<QueryRequest, QueryResponse> answers = Answers.takenWhenTold();
        GrpcDoor door =
                loopback.serve(
                        new QueryService(
                                endless, new Queries.Limits(10, 10, Duration.ofMillis(300))));
        QueryServiceGrpc.newStub(loopback.channel(door, 64 * 1024))
                .query(QueryRequest.newBuilder().setSql("SELECT 1").build(), answers);
        await().atMost(Duration.ofSeconds(20)).until(() -> endless.closed.get() == 1);
        answers.take(Integer.MAX_VALUE);
        assertThat(answers.awaitEnd().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
}
