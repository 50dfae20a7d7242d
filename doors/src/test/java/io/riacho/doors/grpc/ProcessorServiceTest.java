package io.riacho.doors.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.riacho.protocol.processor.ProcessedData;
import io.riacho.protocol.processor.ProcessorGrpc;
import io.riacho.protocol.processor.Temperature;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorServiceTest {

    private final Loopback loopback = new Loopback();

    @AfterEach
    void close() {
        loopback.close();
    }

    private Answers<Temperature, ProcessedData> begin(int sensorsPerCallMax) throws IOException {
        Answers<Temperature, ProcessedData> answers = Answers.taken();
        ProcessorGrpc.newStub(loopback.to(new ProcessorService(sensorsPerCallMax)))
                .processReadings(answers);
        return answers;
    }

    private static Temperature reading(String sensor, double value, long timestamp) {
        return Temperature.newBuilder()
                .setSensorId(sensor)
                .setValue(value)
                .setTimestamp(timestamp)
                .build();
    }

    @Test
    void answersEachReadingWithTheAverageSoFarOfItsSensor() throws IOException {
        Answers<Temperature, ProcessedData> answers = begin(10);
        answers.call().onNext(reading("a", 20, 1));
        answers.call().onNext(reading("b", 40, 2));
        answers.call().onNext(reading("a", 30, 3));
        answers.call().onNext(reading("a", 30, 3));
        // Answered at once: before the client half-closes.
        assertThat(answers.awaitMessages(4))
                .containsExactly(
                        ProcessedData.newBuilder()
                                .setSensorId("a")
                                .setAverage(20)
                                .setTimestamp(1)
                                .build(),
                        ProcessedData.newBuilder()
                                .setSensorId("b")
                                .setAverage(40)
                                .setTimestamp(2)
                                .build(),
                        ProcessedData.newBuilder()
                                .setSensorId("a")
                                .setAverage(25)
                                .setTimestamp(3)
                                .build(),
                        ProcessedData.newBuilder()
                                .setSensorId("a")
                                .setAverage(80 / 3.0)
                                .setTimestamp(3)
                                .build());
        answers.call().onCompleted();
        assertThat(answers.awaitEnd().isOk()).isTrue();
    }

    @Test
    void averagesAreThoseOfTheSumForRandomReadings() throws IOException {
        long seed = Long.getLong("riacho.seed", System.nanoTime());
        System.out.println("riacho.seed=" + seed);
        Random random = new Random(seed);
        int count = 2_000;
        List<Temperature> sent =
                random.ints(count, 0, 7)
                        .mapToObj(i -> reading("s" + i, random.nextGaussian() * 1e3, i))
                        .toList();
        Answers<Temperature, ProcessedData> answers = begin(10);
        sent.forEach(answers.call()::onNext);
        answers.call().onCompleted();
        answers.awaitEnd();
        assertThat(answers.messages()).hasSize(count);
        Map<String, double[]> sums = new HashMap<>();
        for (int i = 0; i < count; i++) {
            double[] sum = sums.computeIfAbsent(sent.get(i).getSensorId(), _ -> new double[2]);
            sum[0] += sent.get(i).getValue();
            sum[1]++;
            assertThat(answers.messages().get(i).getAverage())
                    .isCloseTo(sum[0] / sum[1], within(1e-6));
        }
    }

    @Test
    void valuesAtTheEndsOfTheRangeHaveAFiniteAverage() throws IOException {
        Answers<Temperature, ProcessedData> answers = begin(10);
        answers.call().onNext(reading("a", Double.MAX_VALUE, 1));
        answers.call().onNext(reading("a", -Double.MAX_VALUE, 1));
        assertThat(answers.awaitMessages(2).get(1).getAverage()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "a, NaN, the value NaN is not finite",
        "a, Infinity, the value Infinity is not finite",
        "a, -Infinity, the value -Infinity is not finite",
        "'', 1, the sensor id is empty",
        "a/b, 1, the sensor id must not contain '/'",
    })
    void aWrongReadingEndsTheCallWithItsReason(String sensor, double value, String reason)
            throws IOException {
        Answers<Temperature, ProcessedData> answers = begin(10);
        answers.call().onNext(reading("good", 1, 1));
        answers.call().onNext(reading(sensor, value, 1));
        Status end = answers.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(end.getDescription()).isEqualTo(reason);
        assertThat(answers.messages()).hasSize(1);
    }

    @Test
    void oneSensorTooManyEndsTheCall() throws IOException {
        Answers<Temperature, ProcessedData> answers = begin(2);
        answers.call().onNext(reading("a", 1, 1));
        answers.call().onNext(reading("b", 1, 1));
        answers.call().onNext(reading("a", 1, 1));
        answers.call().onNext(reading("c", 1, 1));
        Status end = answers.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(end.getDescription()).contains("more than 2 sensors in one call");
        assertThat(answers.messages()).hasSize(3);
    }

    @Test
    void aClientThatTakesNoAnswersIsNotReadFurther() throws IOException {
        Answers<Temperature, ProcessedData> answers = Answers.takenWhenTold();
        GrpcDoor door = loopback.serve(new ProcessorService(10));
        ProcessorGrpc.newStub(loopback.channel(door, 64 * 1024)).processReadings(answers);
        String sensor = "s".repeat(100);
        ClientCallStreamObserver<Temperature> call = answers.call();
        // Far more than the windows of both directions and the server's own buffer hold.
        int sent = 0;
        while (sent < 1_000_000) {
            int before = sent;
            while (call.isReady() && sent < 1_000_000) {
                call.onNext(reading(sensor, sent++, sent));
            }
            if (sent == before && !becomesReady(call)) {
                break;
            }
        }
        assertThat(sent).as("stopped by flow control").isLessThan(100_000);
        call.onCompleted();
        answers.take(Integer.MAX_VALUE);
        int all = sent;
        assertThat(answers.awaitEnd().isOk()).isTrue();
        assertThat(answers.messages()).hasSize(all);
    }

    private static boolean becomesReady(ClientCallStreamObserver<?> call) {
        try {
            await().atMost(Duration.ofMillis(500))
                    .pollInterval(Duration.ofMillis(5))
                    .until(call::isReady);
            return true;
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            return false;
        }
    }
}
