package io.riacho.doors.grpc;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.riacho.api.query.Queries;
import io.riacho.api.query.QueryFailedException;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.v1.Column;
import io.riacho.protocol.v1.ListSeriesRequest;
import io.riacho.protocol.v1.ListSeriesResponse;
import io.riacho.protocol.v1.QueryRequest;
import io.riacho.protocol.v1.QueryResponse;
import io.riacho.protocol.v1.QueryServiceGrpc;
import io.riacho.protocol.v1.Row;
import io.riacho.protocol.v1.SeriesSummary;
import io.riacho.protocol.v1.Value;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `riacho.v1.QueryService`: SQL and series, read back in batches of rows.
///
/// Each call has a virtual thread, since a query waits for the disk; it also waits for a client that
/// reads slowly, at most for as long as a query may take.
public final class QueryService extends QueryServiceGrpc.QueryServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(QueryService.class);

    /// Rows in one response.
    private static final int BATCH_ROWS_MAX = 1_000;

    /// Bytes of rows in one response, which a row may exceed by itself.
    private static final int BATCH_BYTES_MAX = 256 * 1024;

    private static final String SERIES =
            "SELECT sensor, metric, unit, count, mean, min, max, variance, first_timestamp,"
                    + " last_timestamp FROM series";

    private final Queries queries;
    private final Queries.Limits limits;

    /// @param limits what one query may use; a request may ask for fewer rows
    public QueryService(Queries queries, Queries.Limits limits) {
        this.queries = queries;
        this.limits = limits;
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryResponse> observer) {
        long wished = request.getRowsMax();
        Queries.Limits allowed =
                wished > 0 && wished < limits.rowsMax() ? limits.withRowsMax(wished) : limits;
        PatientCall<QueryResponse> call = new PatientCall<>(observer, limits.timeMax());
        run(
                "query",
                call,
                () -> {
                    try (Queries.Rows rows = queries.query(request.getSql(), allowed)) {
                        QueryResponse.Builder first = QueryResponse.newBuilder();
                        for (Queries.Column column : rows.columns()) {
                            first.addColumns(
                                    Column.newBuilder()
                                            .setName(column.name())
                                            .setType(column.type()));
                        }
                        call.send(first.build());
                        if (sendRows(rows, call) != wished && rows.truncated()) {
                            throw Status.RESOURCE_EXHAUSTED
                                    .withDescription(
                                            "the result was cut at "
                                                    + allowed.rowsMax()
                                                    + " rows or "
                                                    + allowed.bytesMax()
                                                    + " bytes; ask for less, or set rows_max")
                                    .asException();
                        }
                    }
                });
    }

    /// @return how many there were
    private static long sendRows(Queries.Rows rows, PatientCall<QueryResponse> call)
            throws QueryFailedException, StatusException, InterruptedException {
        int columns = rows.columns().size();
        QueryResponse.Builder batch = QueryResponse.newBuilder();
        int bytes = 0;
        long count = 0;
        while (rows.next()) {
            count++;
            Row.Builder row = Row.newBuilder();
            for (int i = 0; i < columns; i++) {
                row.addValues(value(rows.value(i)));
            }
            Row built = row.build();
            batch.addRows(built);
            bytes += built.getSerializedSize();
            if (batch.getRowsCount() == BATCH_ROWS_MAX || bytes >= BATCH_BYTES_MAX) {
                call.send(batch.build());
                batch.clear();
                bytes = 0;
            }
        }
        if (batch.getRowsCount() > 0) {
            call.send(batch.build());
        }
        return count;
    }

    private static Value value(@Nullable Object value) {
        Value.Builder of = Value.newBuilder();
        return switch (value) {
            case null -> of.build();
            case Boolean truth -> of.setBoolValue(truth).build();
            case Long number -> of.setIntValue(number).build();
            case Integer number -> of.setIntValue(number).build();
            case Double number -> of.setDoubleValue(number).build();
            case Float number -> of.setDoubleValue(number).build();
            case Instant time -> of.setTimestampUs(micros(time)).build();
            case byte[] bytes -> of.setBytesValue(ByteString.copyFrom(bytes)).build();
            default -> of.setStringValue(value.toString()).build();
        };
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    @Override
    public void listSeries(ListSeriesRequest request, StreamObserver<ListSeriesResponse> observer) {
        String sensor = request.getSensorId();
        if (!sensor.isEmpty()) {
            try {
                SeriesTable.checkId("sensor id", sensor);
            } catch (InvalidReadingException e) {
                observer.onError(Status.INVALID_ARGUMENT.withDescription(e.reason()).asException());
                return;
            }
        }
        // A quote is the one character of SQL's text that an id may contain.
        String sql =
                SERIES
                        + (sensor.isEmpty()
                                ? ""
                                : " WHERE sensor = '" + sensor.replace("'", "''") + "'")
                        + " ORDER BY sensor, metric";
        PatientCall<ListSeriesResponse> call = new PatientCall<>(observer, limits.timeMax());
        run(
                "list of series",
                call,
                () -> {
                    try (Queries.Rows rows =
                            queries.query(sql, limits.withRowsMax(Long.MAX_VALUE))) {
                        ListSeriesResponse.Builder batch = ListSeriesResponse.newBuilder();
                        while (rows.next()) {
                            batch.addSeries(summary(rows));
                            if (batch.getSeriesCount() == BATCH_ROWS_MAX) {
                                call.send(batch.build());
                                batch.clear();
                            }
                        }
                        if (batch.getSeriesCount() > 0) {
                            call.send(batch.build());
                        }
                        if (rows.truncated()) {
                            throw Status.RESOURCE_EXHAUSTED
                                    .withDescription(
                                            "the list was cut at " + limits.bytesMax() + " bytes")
                                    .asException();
                        }
                    }
                });
    }

    private static SeriesSummary summary(Queries.Rows rows) {
        return SeriesSummary.newBuilder()
                .setSensorId(text(rows.value(0)))
                .setMetric(text(rows.value(1)))
                .setUnit(text(rows.value(2)))
                .setCount(number(rows.value(3), Number::longValue))
                .setMean(number(rows.value(4), Number::doubleValue))
                .setMin(number(rows.value(5), Number::doubleValue))
                .setMax(number(rows.value(6), Number::doubleValue))
                .setVariance(number(rows.value(7), Number::doubleValue))
                .setFirstUs(rows.value(8) instanceof Instant first ? micros(first) : 0)
                .setLastUs(rows.value(9) instanceof Instant last ? micros(last) : 0)
                .build();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static <N extends Number> N number(@Nullable Object value, Function<Number, N> as) {
        return as.apply(value instanceof Number number ? number : 0);
    }

    /// What a call does on its thread.
    private interface Work {
        void run() throws QueryFailedException, StatusException, InterruptedException;
    }

    private static void run(String what, PatientCall<?> call, Work work) {
        Thread.ofVirtual()
                .name("grpc " + what)
                .start(() -> {
                    try {
                        work.run();
                        call.complete();
                    } catch (StatusException e) {
                        call.fail(e);
                    } catch (QueryFailedException e) {
                        call.fail(status(e));
                    } catch (InterruptedException e) {
                        // The call was cancelled; nobody is left to be told.
                    } catch (RuntimeException e) {
                        LOG.error("a {} over gRPC failed", what, e);
                        call.fail(
                                Status.INTERNAL
                                        .withDescription("the " + what + " failed")
                                        .asException());
                    }
                });
    }

    private static StatusException status(QueryFailedException e) {
        Status status =
                switch (e.kind()) {
                    case INVALID -> Status.INVALID_ARGUMENT;
                    case TOO_SLOW -> Status.DEADLINE_EXCEEDED;
                    case BUSY -> Status.RESOURCE_EXHAUSTED;
                    case FAILED -> Status.UNAVAILABLE;
                };
        return status.withDescription(e.getMessage()).asException();
    }

    /// A server-streaming call whose messages are sent by one thread that may wait: for a client that
    /// does not read, until it reads, cancels, or has waited for too long.
    private static final class PatientCall<A> {

        private final ServerCallStreamObserver<A> call;
        private final long waitNanosMax;
        private final Object changed = new Object();

        PatientCall(StreamObserver<A> observer, java.time.Duration waitMax) {
            call = (ServerCallStreamObserver<A>) observer;
            waitNanosMax = waitMax.toNanos();
            call.setOnReadyHandler(this::wake);
            call.setOnCancelHandler(this::wake);
        }

        private void wake() {
            synchronized (changed) {
                changed.notifyAll();
            }
        }

        /// @throws InterruptedException when the call was cancelled
        void send(A message) throws InterruptedException, StatusException {
            long deadline = System.nanoTime() + waitNanosMax;
            synchronized (changed) {
                while (!call.isReady() && !call.isCancelled()) {
                    long left = (deadline - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        throw Status.DEADLINE_EXCEEDED
                                .withDescription("the rows were not read in time")
                                .asException();
                    }
                    changed.wait(left);
                }
            }
            if (call.isCancelled()) {
                throw new InterruptedException("the call was cancelled");
            }
            call.onNext(message);
        }

        void complete() {
            if (!call.isCancelled()) {
                call.onCompleted();
            }
        }

        void fail(StatusException e) {
            if (!call.isCancelled()) {
                call.onError(e);
            }
        }
    }
}
