package io.riacho.benchmarks;

import com.google.protobuf.MessageLite;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.riacho.doors.grpc.GrpcDoor;
import io.riacho.doors.grpc.ProcessorService;
import io.riacho.net.EventLoops;
import io.riacho.protocol.processor.ProcessorGrpc;
import io.riacho.protocol.processor.Temperature;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// `ProcessReadings` beside a bare echo of the same message on the same grpc-java, same transport and
/// same client, in turns; 16 streams with 256 readings in flight each, one reading per message.
///
/// Client and servers share the machine and the process: the ratio is what counts. Beside it the
/// server's processor time for a message is printed, which a busy machine disturbs less.
public final class ProcessorBenchmark {

    private static final int STREAMS = 16;
    private static final int CONNECTIONS = 4;
    private static final int IN_FLIGHT = 256;
    private static final int SENSORS = 50;
    private static final int ROUNDS = 5;
    private static final long WARM_UP_MILLIS = 5_000;
    private static final long ROUND_MILLIS = 1_500;
    private static final double GOAL = 0.9;

    private static final MethodDescriptor<Temperature, Temperature> ECHO =
            MethodDescriptor.<Temperature, Temperature>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName("benchmark.Echo/Echo")
                    .setRequestMarshaller(ProtoUtils.marshaller(Temperature.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(Temperature.getDefaultInstance()))
                    .build();

    private ProcessorBenchmark() {}

    /// Prints each round and the ratio of the medians.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (EventLoops servers = EventLoops.start(1);
                EventLoops clients = EventLoops.start(1);
                GrpcDoor door =
                        GrpcDoor.onLoopback(
                                List.of(new ProcessorService(10_000), echo()), servers, null)) {
            run(ProcessorGrpc.getProcessReadingsMethod(), door, servers, clients, WARM_UP_MILLIS);
            run(ECHO, door, servers, clients, WARM_UP_MILLIS);
            Round[] processor = new Round[ROUNDS];
            Round[] echo = new Round[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                processor[i] =
                        run(
                                ProcessorGrpc.getProcessReadingsMethod(),
                                door,
                                servers,
                                clients,
                                ROUND_MILLIS);
                echo[i] = run(ECHO, door, servers, clients, ROUND_MILLIS);
                System.out.printf(
                        Locale.ROOT,
                        "round %d: ProcessReadings %,9.0f/s %,6.0f ns   bare echo %,9.0f/s %,6.0f"
                                + " ns%n",
                        i + 1,
                        processor[i].rate,
                        processor[i].serverNanos,
                        echo[i].rate,
                        echo[i].serverNanos);
            }
            System.out.printf(
                    Locale.ROOT,
                    "processor: %,.0f readings/s, echo %,.0f/s (medians), ratio %.2f (goal %.1f);"
                            + " by processor time %.2f%n",
                    median(processor, Round::rate),
                    median(echo, Round::rate),
                    median(processor, Round::rate) / median(echo, Round::rate),
                    GOAL,
                    median(echo, Round::serverNanos) / median(processor, Round::serverNanos));
        }
    }

    /// @param rate answers per second
    /// @param serverNanos processor time of the server's event loop for each
    private record Round(double rate, double serverNanos) {}

    private static double median(Round[] rounds, ToDoubleFunction<Round> of) {
        double[] sorted = Arrays.stream(rounds).mapToDouble(of).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /// The processor time of the only worker so far, in ns.
    private static long processorNanos(EventLoops servers) throws InterruptedException {
        return servers.workers()
                .submit(() -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime())
                .sync()
                .getNow();
    }

    /// What grpc-java does with a message that comes back as it is, and no more.
    private static BindableService echo() {
        return () ->
                ServerServiceDefinition.builder("benchmark.Echo")
                        .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(Echo::new))
                        .build();
    }

    private record Echo(StreamObserver<Temperature> call) implements StreamObserver<Temperature> {

        @Override
        public void onNext(Temperature message) {
            call.onNext(message);
        }

        @Override
        public void onError(Throwable thrown) {
            // The client went away; nothing is held for it.
        }

        @Override
        public void onCompleted() {
            call.onCompleted();
        }
    }

    private static <A extends MessageLite> Round run(
            MethodDescriptor<Temperature, A> method,
            GrpcDoor door,
            EventLoops servers,
            EventLoops loops,
            long millis)
            throws InterruptedException {
        List<ManagedChannel> channels = new ArrayList<>();
        List<Stream<A>> streams = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            channels.add(
                    NettyChannelBuilder.forAddress("127.0.0.1", door.port())
                            .usePlaintext()
                            .channelType(loops.channelType())
                            .eventLoopGroup(loops.workers())
                            .directExecutor()
                            .build());
        }
        for (int i = 0; i < STREAMS; i++) {
            Stream<A> stream =
                    new Stream<>(
                            channels.get(i % CONNECTIONS).newCall(method, CallOptions.DEFAULT), i);
            streams.add(stream);
            stream.begin();
        }
        long fromAnswers = answers(streams);
        long fromNanos = System.nanoTime();
        long fromProcessor = processorNanos(servers);
        Thread.sleep(millis);
        double seconds = (System.nanoTime() - fromNanos) / 1e9;
        long answers = answers(streams) - fromAnswers;
        double serverNanos = (double) (processorNanos(servers) - fromProcessor) / answers;
        channels.forEach(ManagedChannel::shutdownNow);
        for (Stream<A> stream : streams) {
            if (stream.failed != null) {
                throw new IllegalStateException("a stream ended: " + stream.failed);
            }
        }
        return new Round(answers / seconds, serverNanos);
    }

    private static <A> long answers(List<Stream<A>> streams) {
        long sum = 0;
        for (Stream<A> stream : streams) {
            sum += stream.answers.get();
        }
        return sum;
    }

    /// Sends a reading for each answer, all of them distinct.
    private static final class Stream<A> extends ClientCall.Listener<A> {

        private final ClientCall<Temperature, A> call;
        private final String[] sensors = new String[SENSORS];
        private final AtomicLong answers = new AtomicLong();
        private long sent;
        private volatile @Nullable Status failed;

        Stream(ClientCall<Temperature, A> call, int number) {
            this.call = call;
            for (int i = 0; i < SENSORS; i++) {
                sensors[i] = "field-" + number + "-" + i;
            }
        }

        void begin() {
            call.start(this, new Metadata());
            call.request(IN_FLIGHT);
            for (int i = 0; i < IN_FLIGHT; i++) {
                send();
            }
        }

        private void send() {
            long number = sent++;
            call.sendMessage(
                    Temperature.newBuilder()
                            .setSensorId(sensors[(int) (number % SENSORS)])
                            .setValue(20 + number % 1_000 / 100.0)
                            .setTimestamp(1_763_668_800_000L + number)
                            .build());
        }

        @Override
        public void onMessage(A message) {
            answers.lazySet(answers.get() + 1);
            call.request(1);
            send();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (status.getCode() != Status.Code.UNAVAILABLE) {
                failed = status;
            }
        }
    }
}
