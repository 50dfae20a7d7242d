package io.riacho.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.riacho.net.EventLoops;
import io.riacho.protocol.v1.IngestServiceGrpc;
import io.riacho.protocol.v1.SeriesDefinition;
import io.riacho.protocol.v1.WriteRequest;
import io.riacho.protocol.v1.WriteResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// A client that writes readings by `IngestService.Write` as fast as a server makes them durable.
/// All readings are distinct: each connection has series of its own, and every batch is later than
/// the one before.
///
/// @param host the server's
/// @param port the server's
/// @param connections connections, with one call each
/// @param batchReadings readings per request
/// @param inFlight requests per call that wait for their response
/// @param seconds how long readings are sent
/// @param seriesPerConnection series of each connection
public record WriteBenchmark(
        String host,
        int port,
        int connections,
        int batchReadings,
        int inFlight,
        int seconds,
        int seriesPerConnection) {

    /// What was reached.
    ///
    /// @param readings that were answered as durable
    /// @param rejected of them
    /// @param seconds from the first request to the last response
    /// @param responseMicros from request to response
    public record Result(long readings, long rejected, double seconds, Histogram responseMicros) {

        /// Durable readings per second.
        public double rate() {
            return readings / seconds;
        }
    }

    private static final long MICROS_MAX = 60_000_000;

    /// How long after the end the last responses may take, in s.
    private static final int LAST_RESPONSES_SECONDS_MAX = 60;

    /// Arguments: `HOST:PORT [connections [batch [seconds]]]`.
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            report(arguments);
            return;
        }
        try (LaunchedServer server = LaunchedServer.start()) {
            report(new String[] {server.address("grpc")});
        }
    }

    private static void report(String[] arguments) throws InterruptedException {
        int colon = arguments[0].lastIndexOf(':');
        WriteBenchmark benchmark =
                new WriteBenchmark(
                        arguments[0].substring(0, colon),
                        Integer.parseInt(arguments[0].substring(colon + 1)),
                        argument(arguments, 1, 4),
                        argument(arguments, 2, 1_000),
                        16,
                        argument(arguments, 3, 10),
                        1_000);
        Result result = benchmark.run();
        System.out.printf(
                Locale.ROOT,
                "write: %,.0f readings/s durable (goal 1,000,000), %,d in %.1f s, %,d rejected;"
                        + " response p50 %.1f ms, p99 %.1f ms%n",
                result.rate(),
                result.readings(),
                result.seconds(),
                result.rejected(),
                result.responseMicros().getValueAtPercentile(50) / 1e3,
                result.responseMicros().getValueAtPercentile(99) / 1e3);
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return index < arguments.length ? Integer.parseInt(arguments[index]) : otherwise;
    }

    /// Writes for as long as the record says.
    ///
    /// @throws IllegalStateException when a call fails
    public Result run() throws InterruptedException {
        try (EventLoops loops = EventLoops.start(1)) {
            List<ManagedChannel> channels = new ArrayList<>();
            List<Writer> writers = new ArrayList<>();
            long began = System.nanoTime();
            long end = began + TimeUnit.SECONDS.toNanos(seconds);
            for (int i = 0; i < connections; i++) {
                ManagedChannel channel =
                        NettyChannelBuilder.forAddress(host, port)
                                .usePlaintext()
                                .channelType(loops.channelType())
                                .eventLoopGroup(loops.workers())
                                .directExecutor()
                                .build();
                channels.add(channel);
                Writer writer = new Writer(i, end);
                writers.add(writer);
                IngestServiceGrpc.newStub(channel).write(writer);
            }
            Histogram responses = new Histogram(MICROS_MAX, 3);
            long readings = 0;
            long rejected = 0;
            for (Writer writer : writers) {
                if (!writer.ended.await(seconds + LAST_RESPONSES_SECONDS_MAX, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the last responses did not come");
                }
                if (writer.failure != null) {
                    throw new IllegalStateException("a call ended: " + writer.failure);
                }
                responses.add(writer.responseMicros);
                readings += writer.readings;
                rejected += writer.rejected;
            }
            double took = (System.nanoTime() - began) / 1e9;
            channels.forEach(ManagedChannel::shutdownNow);
            return new Result(readings - rejected, rejected, took, responses);
        }
    }

    /// One call. Everything happens on its connection's event loop.
    private final class Writer implements ClientResponseObserver<WriteRequest, WriteResponse> {

        private final int number;
        private final long endNanos;
        private final CountDownLatch ended = new CountDownLatch(1);
        private final ArrayDeque<Long> sentNanos = new ArrayDeque<>();
        private final Histogram responseMicros = new Histogram(MICROS_MAX, 3);
        private long nextReading;
        private long readings;
        private long rejected;
        private boolean halfClosed;
        private long startMicros;
        private volatile @Nullable Status failure;
        private @Nullable ClientCallStreamObserver<WriteRequest> call;

        Writer(int number, long endNanos) {
            this.number = number;
            this.endNanos = endNanos;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WriteRequest> started) {
            call = started;
            startMicros = System.currentTimeMillis() * 1_000;
            started.setOnReadyHandler(() -> send(started));
        }

        private void send(ClientCallStreamObserver<WriteRequest> to) {
            while (!halfClosed && sentNanos.size() < inFlight && to.isReady()) {
                if (System.nanoTime() >= endNanos) {
                    halfClosed = true;
                    to.onCompleted();
                    return;
                }
                sentNanos.add(System.nanoTime());
                to.onNext(request());
            }
        }

        private WriteRequest request() {
            WriteRequest.Builder request = WriteRequest.newBuilder().setSequence(nextReading);
            if (nextReading == 0) {
                for (int i = 0; i < seriesPerConnection; i++) {
                    request.addNewSeries(
                            SeriesDefinition.newBuilder()
                                    .setId(i)
                                    .setSensorId("bench-" + number + "-" + i)
                                    .setUnit("°C"));
                }
            }
            for (int i = 0; i < batchReadings; i++) {
                long reading = nextReading++;
                request.addSeries((int) (reading % seriesPerConnection));
                request.addValue(20 + reading % 1_000 / 100.0);
                request.addTimestampUs(startMicros + reading / seriesPerConnection);
            }
            return request.build();
        }

        @Override
        public void onNext(WriteResponse response) {
            Long sent = sentNanos.poll();
            if (sent != null) {
                long micros = (System.nanoTime() - sent) / 1_000;
                responseMicros.recordValue(Math.min(micros, MICROS_MAX));
            }
            readings += batchReadings;
            rejected += response.getRejectionsCount();
            if (call != null) {
                send(call);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            failure = Status.fromThrowable(thrown);
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }
    }
}
