package io.riacho.doors.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.net.EventLoops;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TcpDoorTest {

    private static final long SEED = Long.getLong("riacho.seed", System.nanoTime());
    private static final String STORED = "Dados recebidos com sucesso.";
    private static final String GOOD = "{\"sensor_id\":\"s1\",\"value\":21.5}\n";

    private final IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private EventLoops loops = EventLoops.start(2);
    private TcpDoor door = start(defaults());

    @AfterEach
    void close() {
        intake.makeRoom();
        intake.ackAtOnce();
        door.close();
        loops.close();
    }

    @Test
    void answersALineOnceItIsDurable() throws Exception {
        try (Client client = new Client()) {
            client.send(GOOD);
            await().until(() -> intake.waiting() == 1);
            assertThat(client.hasAnswer()).isFalse();
            intake.ackNext();
            assertThat(client.answer()).isEqualTo(STORED);
        }
        assertThat(intake.readings())
                .containsExactly(
                        new IntakeThatAcksWhenTold.Received("s1", "temperature", 21.5, 0, ""));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answersComeInOrderOfTheLines(boolean portable) throws Exception {
        if (portable) {
            close();
            loops = EventLoops.startPortable(1);
            door = start(defaults());
        }
        intake.ackAtOnce();
        Random random = new Random(SEED);
        StringBuilder lines = new StringBuilder();
        List<String> expected = new ArrayList<>();
        int good = 0;
        for (int i = 0; i < 10_000; i++) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    lines.append("{\"sensor_id\":\"s1\",\"bad").append(i).append("\":1}\n");
                    expected.add(
                            "Erro: unknown key 'bad"
                                    + i
                                    + "'; known are sensor_id, metric, value, timestamp, unit");
                }
                case 1 -> lines.append(random.nextBoolean() ? "\r\n" : "\n");
                default -> {
                    lines.append("{\"sensor_id\":\"s1\",\"value\":").append(i).append("}\r\n");
                    expected.add(STORED);
                    good++;
                }
            }
        }
        try (Client client = new Client()) {
            CompletableFuture<Void> sending = client.sendInPieces(lines.toString(), random);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(client.answer())
                        .as("line %d, seed %d", i, SEED)
                        .isEqualTo(expected.get(i));
            }
            sending.join();
            assertThat(client.hasAnswer()).isFalse();
        }
        assertThat(intake.readings()).hasSize(good);
        assertThat(intake.submissions()).as("lines of one read go together").isLessThan(5_000);
        // Counted after the answers were written.
        int stored = good;
        await().untilAsserted(() -> {
            assertThat(lineCount("stored")).isEqualTo(stored);
            assertThat(lineCount("refused")).isEqualTo(expected.size() - stored);
        });
    }

    @Test
    void readsALineThatComesByteByByte() throws Exception {
        intake.ackAtOnce();
        try (Client client = new Client()) {
            for (byte b : (GOOD + "junk\r\n" + GOOD).getBytes(UTF_8)) {
                client.out.write(b);
                client.out.flush();
            }
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.answer()).startsWith("Erro: not valid JSON: ");
            assertThat(client.answer()).isEqualTo(STORED);
        }
    }

    @Test
    void aLineMayBeAnArrayAndHasOneAnswer() throws Exception {
        intake.ackAtOnce();
        try (Client client = new Client()) {
            client.send("[" + GOOD.strip() + "," + GOOD.strip() + "]\n");
            assertThat(client.answer()).isEqualTo(STORED);
            client.send("[" + GOOD.strip() + ",{\"sensor_id\":\"s2\"}," + GOOD.strip() + "]\n");
            assertThat(client.answer())
                    .isEqualTo(
                            "Erro: 1 of the line's 3 readings refused, the others stored;"
                                    + " first [1]: value is missing");
        }
        assertThat(intake.readings()).hasSize(4);
    }

    @Test
    void whatThePipelineRefusesIsAnsweredAtItsLine() throws Exception {
        intake.refuseBy(batch -> {
            List<Refusal> refusals = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                if (batch.value(i) < 0) {
                    refusals.add(new Refusal(i, "no " + batch.value(i)));
                }
            }
            return refusals;
        });
        intake.ackAtOnce();
        try (Client client = new Client()) {
            client.send(
                    GOOD + GOOD.replace("21.5", "-1") + "{\n" + GOOD + GOOD.replace("21.5", "-2"));
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.answer()).isEqualTo("Erro: no -1.0");
            assertThat(client.answer()).startsWith("Erro: not valid JSON");
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.answer()).isEqualTo("Erro: no -2.0");
        }
    }

    @Test
    void aFailureIsAnsweredAndTheConnectionStays() throws Exception {
        try (Client client = new Client()) {
            client.send(GOOD + "{}\n");
            await().until(() -> intake.waiting() == 1);
            intake.failAll(new Failure(Failure.Kind.DISK_FULL, "the disk is full"));
            assertThat(client.answer()).isEqualTo("Erro: the disk is full");
            assertThat(client.answer()).isEqualTo("Erro: sensor_id is missing");
            intake.ackAtOnce();
            client.send(GOOD);
            assertThat(client.answer()).isEqualTo(STORED);
        }
    }

    @Test
    void aLineThatIsTooLongIsPassedOver() throws Exception {
        intake.ackAtOnce();
        try (Client client = new Client()) {
            client.send("x".repeat(100_000));
            assertThat(client.answer()).isEqualTo("Erro: the line is longer than 65536 bytes");
            client.send("x".repeat(100_000) + "\n" + GOOD);
            assertThat(client.answer()).isEqualTo(STORED);
            String longest = GOOD.strip() + " ".repeat(65_536 - GOOD.strip().length());
            client.send(longest + "\n" + longest + " \n" + longest + "\r\n");
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.answer()).isEqualTo("Erro: the line is longer than 65536 bytes");
            assertThat(client.answer()).isEqualTo(STORED);
        }
    }

    @Test
    void theLastLineNeedsNoEnd() throws Exception {
        try (Client client = new Client()) {
            client.send(GOOD + GOOD.strip());
            client.socket.shutdownOutput();
            await().until(() -> intake.readings().size() == 2);
            intake.ackAtOnce();
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.isClosed()).isTrue();
        }
        try (Client client = new Client()) {
            client.send(GOOD.substring(0, 20));
            client.socket.shutdownOutput();
            assertThat(client.answer()).startsWith("Erro: not valid JSON");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void linesOfAClientThatLeftAreStored() throws Exception {
        try (Client client = new Client()) {
            client.send(GOOD);
        }
        await().until(() -> intake.readings().size() == 1);
        intake.ackAll();
        await().untilAsserted(() -> assertThat(gauge("riacho.tcp.connections")).isZero());
    }

    @Test
    void aFullIntakeStopsTheReading() throws Exception {
        intake.fill();
        try (SocketChannel client = SocketChannel.open(door.address())) {
            client.configureBlocking(false);
            long sent = sendUntilStuck(client);
            int taken = intake.readings().size();
            assertThat(taken).isPositive().isLessThan((int) (sent / GOOD.length()) / 2);
            assertThat(intake.paused()).isEqualTo(1);
            intake.ackAll();
            assertThat(intake.readings()).hasSize(taken);

            intake.makeRoom();
            intake.ackAtOnce();
            long whole = sent / GOOD.length();
            await().until(() -> intake.readings().size() >= whole);
            assertThat(countAnswers(client, whole)).isEqualTo(whole);
        }
    }

    @Test
    void aClientThatDoesNotReadIsNotRead() throws Exception {
        intake.ackAtOnce();
        try (SocketChannel client = SocketChannel.open(door.address())) {
            client.configureBlocking(false);
            long sent = sendUntilStuck(client);
            long whole = sent / GOOD.length();
            assertThat(intake.readings().size()).isLessThan((int) whole);
            assertThat(gauge("riacho.tcp.unread.answer.bytes")).isBetween(1.0, 8e6);
            assertThat(countAnswers(client, whole)).isEqualTo(whole);
            await().untilAsserted(
                            () -> assertThat(gauge("riacho.tcp.unread.answer.bytes")).isZero());
        }
    }

    @Test
    void clientsThatDoNotReadAreClosedWhenThereAreTooManyAnswers() throws Exception {
        intake.ackAtOnce();
        restart(
                TcpOptions.with(Map.of("connections-max", "10"))
                        .withFixed(new TcpOptions.Fixed(65_536, 10_000, Duration.ZERO)));
        try (SocketChannel client = SocketChannel.open(door.address())) {
            client.configureBlocking(false);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> {
                        try {
                            sendUntilStuck(client);
                            return false;
                        } catch (IOException e) {
                            return true;
                        }
                    });
        }
        await().untilAsserted(() -> assertThat(gauge("riacho.tcp.unread.answer.bytes")).isZero());
    }

    @Test
    void oneConnectionTooManyIsToldSo() throws Exception {
        restart(
                TcpOptions.with(Map.of("connections-max", "2"))
                        .withFixed(new TcpOptions.Fixed(100, 1 << 20, Duration.ZERO)));
        try (Client first = new Client();
                Client second = new Client()) {
            await().until(() -> gauge("riacho.tcp.connections") == 2);
            try (Client third = new Client()) {
                assertThat(third.answer())
                        .isEqualTo("Erro: there are already 2 connections; try again later");
                assertThat(third.isClosed()).isTrue();
            }
            first.socket.close();
            await().until(() -> gauge("riacho.tcp.connections") == 1);
            intake.ackAtOnce();
            try (Client fourth = new Client()) {
                fourth.send(GOOD);
                assertThat(fourth.answer()).isEqualTo(STORED);
            }
            assertThat(second.hasAnswer()).isFalse();
        }
    }

    @Test
    void anIdleConnectionIsClosedButNotOneThatWaits() throws Exception {
        restart(
                new TcpOptions(
                        null,
                        0,
                        65_536,
                        10,
                        Duration.ofMillis(300),
                        new TcpOptions.Fixed(100, 1 << 20, Duration.ZERO)));
        try (Client waiting = new Client();
                Client idle = new Client()) {
            waiting.send(GOOD);
            assertThat(idle.answer()).startsWith("Erro: nothing came for");
            assertThat(idle.isClosed()).isTrue();
            assertThat(intake.waiting()).isEqualTo(1);
            intake.ackNext();
            assertThat(waiting.answer()).isEqualTo(STORED);
            assertThat(waiting.answer()).startsWith("Erro: nothing came for");
        }
    }

    @Test
    void unansweredLinesAreBounded() throws Exception {
        restart(
                TcpOptions.with(Map.of("connections-max", "10"))
                        .withFixed(new TcpOptions.Fixed(100, 1 << 20, Duration.ZERO)));
        try (SocketChannel client = SocketChannel.open(door.address())) {
            client.configureBlocking(false);
            long whole = sendUntilStuck(client) / GOOD.length();
            assertThat(intake.readings().size()).isLessThan((int) whole);
            intake.ackAtOnce();
            assertThat(countAnswers(client, whole)).isEqualTo(whole);
        }
    }

    @Test
    void closingAnswersWhatIsUnderWay() throws Exception {
        try (Client client = new Client()) {
            client.send(GOOD + GOOD);
            await().until(() -> intake.readings().size() == 2);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(door::close);
            assertThat(client.hasAnswer()).isFalse();
            intake.ackAll();
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.answer()).isEqualTo(STORED);
            assertThat(client.isClosed()).isTrue();
            closing.join();
        }
    }

    @Test
    void aTakenPortIsNamed() {
        InetSocketAddress taken = door.address();
        org.assertj.core.api.Assertions.assertThatThrownBy(() ->
                        TcpDoor.start(
                                TcpOptions.with(Map.of()),
                                taken,
                                intake,
                                new SeriesTable(1),
                                loops,
                                null,
                                meters))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(Integer.toString(taken.getPort()));
    }

    // --- helpers

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static TcpOptions defaults() {
        return TcpOptions.with(Map.of());
    }

    private void restart(TcpOptions options) {
        door.close();
        meters.clear();
        door = start(options);
    }

    private TcpDoor start(TcpOptions options) {
        try {
            return TcpDoor.start(
                    options, loopback(), intake, new SeriesTable(100), loops, null, meters);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private double lineCount(String answer) {
        return meters.get("riacho.tcp.lines").tag("answer", answer).counter().count();
    }

    /// Sends whole lines until the other side has not taken a byte for a while.
    private static long sendUntilStuck(SocketChannel client) throws IOException {
        ByteBuffer lines = ByteBuffer.wrap(GOOD.repeat(1000).getBytes(UTF_8));
        long sent = 0;
        long stuckSince = System.nanoTime();
        while (System.nanoTime() - stuckSince < 700_000_000L) {
            int now = client.write(lines);
            if (now > 0) {
                sent += now;
                stuckSince = System.nanoTime();
            } else {
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            }
            if (!lines.hasRemaining()) {
                lines.rewind();
            }
        }
        return sent;
    }

    private static long countAnswers(SocketChannel client, long expected) throws IOException {
        client.configureBlocking(true);
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        long answers = 0;
        while (answers < expected && client.read(buffer.clear()) > 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                if (buffer.get() == '\n') {
                    answers++;
                }
            }
        }
        return answers;
    }

    private final class Client implements AutoCloseable {

        final Socket socket;
        final OutputStream out;
        final BufferedReader in;

        Client() throws IOException {
            socket = new Socket(door.address().getAddress(), door.address().getPort());
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            out = socket.getOutputStream();
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        }

        void send(String text) throws IOException {
            out.write(text.getBytes(UTF_8));
            out.flush();
        }

        CompletableFuture<Void> sendInPieces(String text, Random random) {
            byte[] bytes = text.getBytes(UTF_8);
            return CompletableFuture.runAsync(() -> {
                int at = 0;
                try {
                    while (at < bytes.length) {
                        int now = Math.min(bytes.length - at, 1 + random.nextInt(3000));
                        out.write(bytes, at, now);
                        out.flush();
                        at += now;
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }

        String answer() throws IOException {
            String line = in.readLine();
            return line == null ? "(closed)" : line;
        }

        boolean hasAnswer() throws IOException {
            return in.ready();
        }

        boolean isClosed() throws IOException {
            try {
                return in.readLine() == null;
            } catch (SocketException e) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
