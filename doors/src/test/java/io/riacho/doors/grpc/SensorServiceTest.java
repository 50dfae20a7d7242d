package io.riacho.doors.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.Status;
import io.riacho.protocol.sensor.ReadingRequest;
import io.riacho.protocol.sensor.SensorGrpc;
import io.riacho.protocol.sensor.Temperature;
import io.riacho.testkit.FeedThatTellsWhenTold;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SensorServiceTest {

    private final Loopback loopback = new Loopback();
    private final FeedThatTellsWhenTold feed = new FeedThatTellsWhenTold();

    @AfterEach
    void close() {
        loopback.close();
    }

    private SensorService live() {
        return new SensorService(feed, null, loopback.loops.workers());
    }

    private SimulatedSensors simulated(int sensorsMax) {
        return new SimulatedSensors(42, sensorsMax, InstantSource.system(), loopback.timer());
    }

    private Answers<ReadingRequest, Temperature> stream(
            SensorService service, String sensor, int limit) throws IOException {
        Answers<ReadingRequest, Temperature> answers = Answers.taken();
        SensorGrpc.newStub(loopback.to(service)).streamReadings(request(sensor, limit), answers);
        return answers;
    }

    private static ReadingRequest request(String sensor, int limit) {
        return ReadingRequest.newBuilder().setSensorId(sensor).setLimit(limit).build();
    }

    private void awaitSubscriptions(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> feed.subscriptions() == count);
    }

    private static @Nullable String missed(Answers<?, ?> answers) {
        Metadata trailers = answers.trailers();
        return trailers == null ? null : trailers.get(SubscriberQueue.MISSED);
    }

    @Test
    void readingsOfThatSensorComeInOrderUntilTheLimit() throws IOException {
        feed.know("a", "temperature");
        Answers<ReadingRequest, Temperature> answers = stream(live(), "a", 3);
        awaitSubscriptions(1);
        feed.tell("a", 20.5, 1_000_999);
        feed.tell("b", 99, 1_000_000);
        feed.tell("a", 21.5, -1);
        feed.tell("a", 22.5, 3_000_000);
        feed.tell("a", 23.5, 4_000_000);
        assertThat(answers.awaitEnd().isOk()).isTrue();
        assertThat(answers.messages())
                .containsExactly(
                        temperature("a", 20.5, 1_000),
                        temperature("a", 21.5, -1),
                        temperature("a", 22.5, 3_000));
        awaitSubscriptions(0);
    }

    private static Temperature temperature(String sensor, double value, long timestamp) {
        return Temperature.newBuilder()
                .setSensorId(sensor)
                .setValue(value)
                .setTimestamp(timestamp)
                .build();
    }

    @Test
    void aSensorThatNobodyFeedsIsNotFoundAndTheReasonSaysHowToSimulateIt() throws IOException {
        Answers<ReadingRequest, Temperature> answers = stream(live(), "nobody", 0);
        Status end = answers.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(end.getDescription()).contains("'nobody'").contains("riacho up --simulate");
        awaitSubscriptions(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a+", "#"})
    void aWrongIdIsInvalid(String sensor) throws IOException {
        Answers<ReadingRequest, Temperature> answers = stream(live(), sensor, 0);
        Status end = answers.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(end.getDescription()).contains("the sensor id");
    }

    @Test
    void aSlowSubscriberSkipsToTheNewestAndIsToldHowManyItMissed() throws IOException {
        feed.know("a", "temperature");
        SensorService service = live();
        GrpcDoor door = loopback.serve(service);
        Answers<ReadingRequest, Temperature> slow = Answers.takenWhenTold();
        SensorGrpc.newStub(loopback.channel(door, 64 * 1024)).streamReadings(request("a", 0), slow);
        awaitSubscriptions(1);
        int told = 200_000;
        for (int i = 1; i <= told; i++) {
            feed.tell("a", i, i * 1_000L);
        }
        slow.take(Integer.MAX_VALUE);
        // The newest does come, though no reading follows it.
        await().atMost(Duration.ofSeconds(20))
                .until(() -> {
                    List<Temperature> got = slow.messages();
                    return !got.isEmpty() && got.getLast().getTimestamp() == told;
                });
        service.stop();
        assertThat(slow.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(slow.messages())
                .extracting(Temperature::getTimestamp)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(slow.messages().size()).isLessThan(told / 2);
        assertThat(missed(slow)).isEqualTo(Integer.toString(told - slow.messages().size()));
    }

    @Test
    void cancellationFreesTheSubscribersPlace() throws IOException {
        feed.know("a", "temperature");
        SensorService service = live();
        Answers<ReadingRequest, Temperature> answers = stream(service, "a", 0);
        awaitSubscriptions(1);
        answers.call().cancel("enough", null);
        awaitSubscriptions(0);
        assertThat(service.subscribers()).isZero();
    }

    @Test
    void aServerThatStopsEndsTheStreams() throws IOException {
        feed.know("a", "temperature");
        SensorService service = live();
        GrpcDoor door = loopback.serve(service);
        Answers<ReadingRequest, Temperature> answers = Answers.taken();
        SensorGrpc.newStub(loopback.channel(door)).streamReadings(request("a", 0), answers);
        awaitSubscriptions(1);
        door.close();
        assertThat(answers.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        awaitSubscriptions(0);
    }

    @Test
    void aSensorThatNobodyFeedsIsSimulatedOnceASecondForAllItsSubscribersAlike()
            throws IOException {
        SimulatedSensors sensors = simulated(10);
        SensorService service = SensorService.standalone(sensors, loopback.loops.workers());
        GrpcDoor door = loopback.serve(service);
        Answers<ReadingRequest, Temperature> first = Answers.taken();
        Answers<ReadingRequest, Temperature> second = Answers.taken();
        SensorGrpc.newStub(loopback.channel(door)).streamReadings(request("s1", 3), first);
        await().atMost(Duration.ofSeconds(20)).until(() -> service.subscribers() == 1);
        SensorGrpc.newStub(loopback.channel(door)).streamReadings(request("s1", 2), second);
        await().atMost(Duration.ofSeconds(20)).until(() -> service.subscribers() == 2);
        assertThat(sensors.sensors()).isEqualTo(1);
        assertThat(first.awaitEnd().isOk()).isTrue();
        assertThat(second.awaitEnd().isOk()).isTrue();
        assertThat(first.messages()).containsAll(second.messages()).hasSize(3);
        assertThat(
                        first.messages().getLast().getTimestamp()
                                - first.messages().getFirst().getTimestamp())
                .isBetween(1_500L, 10_000L);
        assertThat(first.messages())
                .allSatisfy(reading ->
                        assertThat(reading.getValue())
                                .isEqualTo(
                                        SimulatedSensors.celsius(
                                                42,
                                                "s1",
                                                Math.floorDiv(reading.getTimestamp(), 1_000L))));
        await().atMost(Duration.ofSeconds(20)).until(() -> sensors.sensors() == 0);
    }

    @Test
    void onceASensorIsFedItsOwnReadingsTakeTheSimulationsPlace() throws IOException {
        SimulatedSensors sensors = simulated(10);
        SensorService service = new SensorService(feed, sensors, loopback.loops.workers());
        Answers<ReadingRequest, Temperature> answers = stream(service, "a", 0);
        answers.awaitMessages(1);
        feed.tell("a", 1_000_000, 5_000);
        await().atMost(Duration.ofSeconds(20)).until(() -> sensors.sensors() == 0);
        feed.tell("a", 2_000_000, 6_000);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> answers.messages().getLast().getValue() == 2_000_000);
        assertThat(answers.messages())
                .endsWith(temperature("a", 1_000_000, 5), temperature("a", 2_000_000, 6));
    }

    @Test
    void oneSimulatedSensorTooManyIsRefused() throws IOException {
        SensorService service = SensorService.standalone(simulated(1), loopback.loops.workers());
        GrpcDoor door = loopback.serve(service);
        Answers<ReadingRequest, Temperature> first = Answers.taken();
        SensorGrpc.newStub(loopback.channel(door)).streamReadings(request("a", 0), first);
        await().atMost(Duration.ofSeconds(20)).until(() -> service.subscribers() == 1);
        Answers<ReadingRequest, Temperature> second = Answers.taken();
        SensorGrpc.newStub(loopback.channel(door)).streamReadings(request("b", 0), second);
        assertThat(second.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        first.awaitMessages(1);
    }

    @Test
    void simulatedTemperaturesArePlausibleAndFallOnBothSidesOfTheThresholdAtAnyHour() {
        for (int sensor = 0; sensor < 20; sensor++) {
            for (int hour = 0; hour < 24; hour++) {
                int above = 0;
                int seconds = 180;
                for (int second = 0; second < seconds; second++) {
                    double value =
                            SimulatedSensors.celsius(7, "s" + sensor, hour * 3_600L + second);
                    assertThat(value).isBetween(15.0, 35.0);
                    above += value > 25 ? 1 : 0;
                }
                assertThat(above).as("sensor %s, hour %s", sensor, hour).isBetween(1, seconds - 1);
            }
        }
    }
}
