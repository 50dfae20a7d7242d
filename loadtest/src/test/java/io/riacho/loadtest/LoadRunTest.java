package io.riacho.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.stub.StreamObserver;
import io.riacho.client.Target;
import io.riacho.doors.grpc.GreetingService;
import io.riacho.doors.grpc.GrpcDoor;
import io.riacho.doors.grpc.SensorService;
import io.riacho.doors.grpc.SimulatedSensors;
import io.riacho.net.EventLoops;
import io.riacho.protocol.hello.Mensagem;
import io.riacho.protocol.hello.Resposta;
import io.riacho.protocol.hello.SaudacaoGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LoadRunTest {

    private final EventLoops loops = EventLoops.start(2);

    @TempDir private Path directory;

    @AfterEach
    void stop() {
        loops.close();
    }

    private static LoadResult run(
            LoadKind kind, int port, int connections, Duration duration, Duration period)
            throws IOException, InterruptedException {
        LoadOptions options =
                new LoadOptions(
                        kind,
                        new Target("localhost", port),
                        connections,
                        duration,
                        period,
                        false,
                        null);
        return new LoadRun(options, null, new PrintWriter(Writer.nullWriter())).run();
    }

    @Test
    void everyGreetingThatCameDueIsMadeAndAnswered() throws Exception {
        try (GrpcDoor door = GrpcDoor.onLoopback(List.of(new GreetingService()), loops, null)) {
            LoadResult result =
                    run(
                            LoadKind.HELLO,
                            door.port(),
                            20,
                            Duration.ofSeconds(1),
                            Duration.ofMillis(100));
            assertThat(result.complete()).as(LoadReport.table(result)).isTrue();
            // Ten rounds of twenty, whether the machine was quick or slow: the last due at 900 ms.
            assertThat(result.sent()).isEqualTo(200);
            assertThat(result.response().getTotalCount()).isEqualTo(200);
            assertThat(result.connect().getTotalCount()).isEqualTo(20);
        }
    }

    @Test
    void aStallIsChargedToEveryGreetingThatCameDueMeanwhile() throws Exception {
        long stallMillis = 600;
        try (GrpcDoor door =
                GrpcDoor.onLoopback(
                        List.of(new GreetingThatStallsOnce(loops, stallMillis)), loops, null)) {
            LoadResult result =
                    run(
                            LoadKind.HELLO,
                            door.port(),
                            1,
                            Duration.ofSeconds(2),
                            Duration.ofMillis(20));
            assertThat(result.complete()).as(LoadReport.table(result)).isTrue();
            // A client that waits for each answer would see one slow call; here those of half the
            // stall and more, 15 of them, waited at least half of it.
            assertThat(
                            result.response()
                                    .getCountBetweenValues(
                                            TimeUnit.MILLISECONDS.toNanos(stallMillis / 2),
                                            result.response().getHighestTrackableValue()))
                    .isGreaterThanOrEqualTo(12);
        }
    }

    @Test
    void streamsAreFollowedAtTheSensorsPace() throws Exception {
        SimulatedSensors simulated =
                new SimulatedSensors(1, 100, InstantSource.system(), loops.workers());
        try (GrpcDoor door =
                GrpcDoor.onLoopback(
                        List.of(SensorService.standalone(simulated, loops.workers())),
                        loops,
                        null)) {
            LoadResult result =
                    run(
                            LoadKind.SENSOR,
                            door.port(),
                            10,
                            Duration.ofMillis(3_500),
                            Duration.ofSeconds(1));
            assertThat(result.failed()).as(LoadReport.table(result)).isZero();
            assertThat(result.opened()).isEqualTo(10);
            assertThat(result.response().getTotalCount()).isEqualTo(10);
            assertThat(result.received()).isGreaterThan(10);
            // Every reading but a stream's first, and what a long gap stands for.
            assertThat(result.jitter().getTotalCount())
                    .isGreaterThanOrEqualTo(result.received() - 10);
        }
    }

    @Test
    void aWrongAnswerOverTcpIsCountedAndNamed() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            Thread.ofVirtual().start(() -> answerEveryOther(server));
            LoadResult result =
                    run(
                            LoadKind.TCP,
                            server.getLocalPort(),
                            1,
                            Duration.ofSeconds(1),
                            Duration.ofMillis(100));
            assertThat(result.sent()).isEqualTo(10);
            assertThat(result.received()).isEqualTo(5);
            assertThat(result.failed()).isEqualTo(5);
            assertThat(result.reasons()).containsKey("answered Erro: no");
            assertThat(result.complete()).isFalse();
        }
    }

    private static void answerEveryOther(ServerSocket server) {
        try (var client = server.accept();
                var in = client.getInputStream();
                var out = client.getOutputStream()) {
            int lines = 0;
            int next;
            while ((next = in.read()) >= 0) {
                if (next == '\n') {
                    String answer =
                            lines++ % 2 == 0 ? "Dados recebidos com sucesso.\n" : "Erro: no\n";
                    out.write(answer.getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (java.io.IOException e) {
            // The load is over.
        }
    }

    @Test
    void aServiceThatIsNotThereIsSaidToBeSo() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        for (LoadKind kind : LoadKind.values()) {
            LoadResult result = run(kind, port, 2, Duration.ofSeconds(1), Duration.ofSeconds(1));
            assertThat(result.opened()).isZero();
            assertThat(result.failed()).isEqualTo(2);
            assertThat(result.complete()).isFalse();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theProcessThatListensIsFoundAndMeasured() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            ServerProcess process = ServerProcess.listeningOn(server.getLocalPort()).orElseThrow();
            assertThat(process.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(process.residentBytes().orElseThrow()).isGreaterThan(10_000_000);
            assertThat(process.cpu().orElseThrow()).isPositive();
        }
    }

    @Test
    void theResultIsReadAgainFromJsonAndItsPlotsAreSoundXml() throws Exception {
        try (GrpcDoor door = GrpcDoor.onLoopback(List.of(new GreetingService()), loops, null)) {
            LoadOptions options =
                    new LoadOptions(
                            LoadKind.HELLO,
                            new Target("localhost", door.port()),
                            3,
                            Duration.ofMillis(2_200),
                            Duration.ofMillis(50),
                            true,
                            null);
            LoadResult result =
                    new LoadRun(
                                    options,
                                    ServerProcess.listeningOn(door.port()).orElse(null),
                                    new PrintWriter(Writer.nullWriter()))
                            .run();
            Path json = directory.resolve("load.json");
            LoadReport.writeJson(result, json);
            JsonNode root = new ObjectMapper().readTree(json.toFile());
            assertThat(root.get("received").longValue()).isEqualTo(result.received());
            assertThat(root.get("response_ms").get("p99.9").doubleValue()).isPositive();
            assertThat(root.get("samples").size()).isGreaterThanOrEqualTo(2);

            Path html = directory.resolve("load.html");
            LoadReport.writeHtml(result, html);
            String page = Files.readString(html);
            int plots = 0;
            for (int at = page.indexOf("<svg"); at >= 0; at = page.indexOf("<svg", at + 1)) {
                String svg = page.substring(at, page.indexOf("</svg>", at) + "</svg>".length());
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
                assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
                plots++;
            }
            assertThat(plots).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void whatIsOutOfRangeIsRefused() {
        Target target = new Target("localhost", 1);
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(
                        () -> new LoadOptions(LoadKind.TCP, target, 0, second, second, false, null))
                .hasMessageContaining("connections");
        assertThatThrownBy(() ->
                        new LoadOptions(
                                LoadKind.TCP, target, 1, Duration.ZERO, second, false, null))
                .hasMessageContaining("duration");
        assertThatThrownBy(() ->
                        new LoadOptions(
                                LoadKind.TCP, target, 1, second, Duration.ZERO, false, null))
                .hasMessageContaining("period");
    }

    /// Answers nothing for a while, once, some calls after its first; then everything that waits.
    private static final class GreetingThatStallsOnce extends SaudacaoGrpc.SaudacaoImplBase {

        private static final int CALLS_BEFORE = 10;

        private final EventLoops loops;
        private final long stallNanos;
        private int calls;
        private long stallEndsNanos;

        GreetingThatStallsOnce(EventLoops loops, long stallMillis) {
            this.loops = loops;
            this.stallNanos = TimeUnit.MILLISECONDS.toNanos(stallMillis);
        }

        @Override
        public synchronized void saudar(Mensagem request, StreamObserver<Resposta> call) {
            calls++;
            if (calls == CALLS_BEFORE) {
                stallEndsNanos = System.nanoTime() + stallNanos;
            }
            long waitNanos = calls < CALLS_BEFORE ? 0 : stallEndsNanos - System.nanoTime();
            Runnable answer =
                    () -> {
                        call.onNext(Resposta.newBuilder().setTexto("Olá, Teste!").build());
                        call.onCompleted();
                    };
            if (waitNanos > 0) {
                var scheduled = loops.workers().schedule(answer, waitNanos, TimeUnit.NANOSECONDS);
                assertThat(scheduled.isCancelled()).isFalse();
            } else {
                answer.run();
            }
        }
    }
}
