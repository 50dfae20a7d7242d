package io.riacho.doors.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.v1.IngestServiceGrpc;
import io.riacho.protocol.v1.Rejection;
import io.riacho.protocol.v1.SeriesDefinition;
import io.riacho.protocol.v1.WriteRequest;
import io.riacho.protocol.v1.WriteResponse;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import io.riacho.testkit.IntakeThatAcksWhenTold.Received;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IngestServiceTest {

    private final Loopback loopback = new Loopback();
    private final IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
    private final IngestService service = new IngestService(intake, new SeriesTable(1_000), 100);
    private Answers<WriteRequest, WriteResponse> answers = Answers.taken();
    private @Nullable GrpcDoor served;

    @BeforeEach
    void begin() throws IOException {
        served = loopback.serve(service);
        answers = another();
    }

    @AfterEach
    void close() {
        loopback.close();
    }

    private GrpcDoor door() {
        return Objects.requireNonNull(served);
    }

    private Answers<WriteRequest, WriteResponse> another() {
        Answers<WriteRequest, WriteResponse> begun = Answers.taken();
        IngestServiceGrpc.newStub(loopback.channel(door())).write(begun);
        return begun;
    }

    private static SeriesDefinition series(int id, String sensor, String metric, String unit) {
        return SeriesDefinition.newBuilder()
                .setId(id)
                .setSensorId(sensor)
                .setMetric(metric)
                .setUnit(unit)
                .build();
    }

    private static WriteRequest one(long sequence, int series, double value, long timestampUs) {
        return WriteRequest.newBuilder()
                .setSequence(sequence)
                .addSeries(series)
                .addValue(value)
                .addTimestampUs(timestampUs)
                .build();
    }

    private void define() {
        answers.call()
                .onNext(
                        WriteRequest.newBuilder()
                                .setSequence(1)
                                .addNewSeries(series(0, "a", "", ""))
                                .addNewSeries(series(1, "b", "humidity", "%"))
                                .build());
    }

    private void awaitWaiting(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> intake.waiting() >= count);
    }

    @Test
    void aBatchIsAnsweredOnceItIsDurableAndNotBefore() {
        define();
        answers.call()
                .onNext(
                        WriteRequest.newBuilder()
                                .setSequence(2)
                                .addAllSeries(List.of(0, 1, 0))
                                .addAllValue(List.of(1.5, 40.0, 2.5))
                                .addAllTimestampUs(List.of(10L, 11L, 0L))
                                .build());
        awaitWaiting(2);
        assertThat(intake.readings())
                .containsExactly(
                        new Received("a", "temperature", 1.5, 10, ""),
                        new Received("b", "humidity", 40, 11, "%"),
                        new Received("a", "temperature", 2.5, ReadingBatch.NO_TIMESTAMP, ""));
        assertThat(answers.messages()).isEmpty();
        assertThat(intake.ackNext()).isTrue();
        assertThat(answers.awaitMessages(1).getLast().getSequence()).isEqualTo(1);
        assertThat(intake.ackNext()).isTrue();
        assertThat(answers.awaitMessages(2).getLast().getSequence()).isEqualTo(2);
    }

    @Test
    void timestampsMayBeLeftOut() {
        intake.ackAtOnce();
        define();
        answers.call()
                .onNext(
                        WriteRequest.newBuilder()
                                .setSequence(2)
                                .addAllSeries(List.of(0, 0))
                                .addAllValue(List.of(1.0, 2.0))
                                .build());
        answers.awaitMessages(2);
        assertThat(intake.readings())
                .extracting(Received::timestampMicros)
                .containsExactly(ReadingBatch.NO_TIMESTAMP, ReadingBatch.NO_TIMESTAMP);
    }

    @Test
    void timestampsInAnotherUnitAreRefusedAndSaidToBe() {
        intake.ackAtOnce();
        define();
        answers.call()
                .onNext(
                        WriteRequest.newBuilder()
                                .setSequence(2)
                                .addAllSeries(List.of(0, 0, 0))
                                .addAllValue(List.of(1.0, 2.0, 3.0))
                                .addAllTimestampUs(
                                        List.of(
                                                1_763_668_800L,
                                                1_763_668_800_000L,
                                                1_763_668_800_000_000L))
                                .build());
        assertThat(answers.awaitMessages(2).getLast().getRejectionsList())
                .extracting(Rejection::getReason)
                .containsExactly(
                        "timestamp 1763668800 looks like seconds; microseconds since 1970 are"
                                + " expected: 1763668800000000",
                        "timestamp 1763668800000 looks like milliseconds; microseconds since 1970"
                                + " are expected: 1763668800000000");
        assertThat(intake.readings()).hasSize(1);
    }

    @Test
    void goodPointsAreStoredAndBadOnesListedByIndexWhoeverRefusedThem() {
        intake.refuseBy(batch -> {
            List<Refusal> refusals = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                if (batch.value(i) < 0) {
                    refusals.add(new Refusal(i, "negative"));
                }
            }
            return refusals;
        });
        intake.ackAtOnce();
        define();
        answers.call()
                .onNext(
                        WriteRequest.newBuilder()
                                .setSequence(2)
                                .addNewSeries(series(2, "x/y", "", ""))
                                .addAllSeries(List.of(0, 7, -1, 0, 0, 2, 0, 0))
                                .addAllValue(
                                        List.of(-1.0, 1.0, 1.0, -2.0, 3.0, 4.0, Double.NaN, -3.0))
                                .build());
        assertThat(answers.awaitMessages(2).getLast().getRejectionsList())
                .containsExactly(
                        rejection(0, "negative"),
                        rejection(
                                1,
                                "series 7 is not defined in this call; define it in new_series"
                                        + " first"),
                        rejection(
                                2,
                                "series 4294967295 is not defined in this call; define it in"
                                        + " new_series first"),
                        rejection(3, "negative"),
                        rejection(5, "the sensor id must not contain '/'"),
                        rejection(6, "the value NaN is not finite and at most 1e150 in size"),
                        rejection(7, "negative"));
        assertThat(intake.readings())
                .extracting(Received::value)
                .containsExactly(-1.0, -2.0, 3.0, -3.0);
    }

    private static Rejection rejection(int index, String reason) {
        return Rejection.newBuilder().setIndex(index).setReason(reason).build();
    }

    @Test
    void rejectionsOfRandomBatchesKeepTheirIndexes() {
        long seed = Long.getLong("riacho.seed", System.nanoTime());
        System.out.println("riacho.seed=" + seed);
        Random random = new Random(seed);
        intake.refuseBy(batch -> {
            List<Refusal> refusals = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                if (batch.value(i) < 0) {
                    refusals.add(new Refusal(i, "negative"));
                }
            }
            return refusals;
        });
        intake.ackAtOnce();
        define();
        for (int round = 2; round < 200; round++) {
            WriteRequest.Builder request = WriteRequest.newBuilder().setSequence(round);
            List<Integer> wrong = new ArrayList<>();
            for (int i = random.nextInt(30); i > 0; i--) {
                int dice = random.nextInt(4);
                if (dice > 1) {
                    wrong.add(request.getSeriesCount());
                }
                request.addSeries(dice == 2 ? 9 : 0).addValue(dice == 3 ? -1 : 1);
            }
            answers.call().onNext(request.build());
            assertThat(answers.awaitMessages(round).getLast().getRejectionsList())
                    .as("round %s", round)
                    .extracting(Rejection::getIndex)
                    .isEqualTo(wrong);
        }
    }

    @Test
    void aResponseWithVeryManyRejectionsStaysSmall() {
        intake.ackAtOnce();
        WriteRequest.Builder request = WriteRequest.newBuilder().setSequence(1);
        for (int i = 0; i < ReadingBatch.READINGS_MAX; i++) {
            request.addSeries(5).addValue(i);
        }
        answers.call().onNext(request.build());
        WriteResponse response = answers.awaitMessages(1).getFirst();
        assertThat(response.getRejectionsCount()).isEqualTo(ReadingBatch.READINGS_MAX);
        assertThat(response.getRejections(999).getReason()).isNotEmpty();
        assertThat(response.getRejections(1_000).getReason()).isEmpty();
        assertThat(response.getSerializedSize()).isLessThan(1024 * 1024);
    }

    @Test
    void aFullIntakeStopsTheSenderUntilThereIsRoom() {
        intake.fill();
        define();
        awaitWaiting(1);
        for (int i = 2; i < 200; i++) {
            answers.call().onNext(one(i, 0, i, i));
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> intake.paused() == 1);
        intake.ackAll();
        answers.awaitMessages(1);
        // Nothing more was taken, though it has long arrived.
        assertThat(intake.submissions()).isEqualTo(1);
        intake.ackAtOnce();
        intake.makeRoom();
        assertThat(answers.awaitMessages(199))
                .extracting(WriteResponse::getSequence)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(intake.readings()).hasSize(198);
    }

    @Test
    void afterHalfCloseEverythingIsAnsweredBeforeTheEnd() {
        define();
        answers.call().onNext(one(2, 0, 1, 1));
        answers.call().onCompleted();
        awaitWaiting(2);
        assertThat(answers.status()).isNull();
        intake.ackAll();
        assertThat(answers.awaitEnd().isOk()).isTrue();
        assertThat(answers.messages()).hasSize(2);
        await().atMost(Duration.ofSeconds(20)).until(() -> service.calls() == 0);
    }

    @Test
    void aClientsMistakeEndsTheCallAfterWhatCameBeforeIsAnswered() {
        define();
        awaitWaiting(1);
        answers.call().onNext(WriteRequest.newBuilder().addSeries(0).build());
        assertThat(answers.status()).isNull();
        intake.ackAll();
        Status end = answers.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(end.getDescription())
                .isEqualTo("the columns differ in length: 1 series, 0 values, 0 timestamps");
        assertThat(answers.messages()).hasSize(1);
    }

    @Test
    void idsWithAGapAndTooManyIdsEndTheCall() {
        answers.call()
                .onNext(WriteRequest.newBuilder().addNewSeries(series(1, "a", "", "")).build());
        assertThat(answers.awaitEnd().getDescription())
                .isEqualTo(
                        "series ids count up from 0 without gaps: 1 was defined where 0 is next");
        answers = another();
        WriteRequest.Builder many = WriteRequest.newBuilder();
        for (int i = 0; i <= 100; i++) {
            many.addNewSeries(series(i, "a" + i, "", ""));
        }
        answers.call().onNext(many.build());
        assertThat(answers.awaitEnd().getDescription())
                .isEqualTo("more than 100 series in one call; use several calls");
    }

    @Test
    void anIdMayBeDefinedAnew() {
        intake.ackAtOnce();
        define();
        answers.call().onNext(one(2, 0, 1, 1));
        answers.call()
                .onNext(
                        one(3, 0, 2, 2).toBuilder()
                                .addNewSeries(series(0, "other", "", ""))
                                .build());
        answers.awaitMessages(3);
        assertThat(intake.readings()).extracting(Received::sensor).containsExactly("a", "other");
    }

    @Test
    void aFullDiskEndsTheCallAndSaysWhenToComeBack() {
        define();
        awaitWaiting(1);
        intake.failAll(new Failure(Failure.Kind.DISK_FULL, "the disk is full"));
        Status end = answers.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(end.getDescription()).isEqualTo("the disk is full");
        com.google.rpc.Status details =
                StatusProto.fromStatusAndTrailers(end, Objects.requireNonNull(answers.trailers()));
        assertThat(details.getDetailsList())
                .singleElement()
                .satisfies(any ->
                        assertThat(any.unpack(RetryInfo.class).getRetryDelay().getSeconds())
                                .isPositive());
        await().atMost(Duration.ofSeconds(20)).until(() -> service.calls() == 0);
    }

    @Test
    void aServerThatStopsAnswersWhatIsUnderWayFirst() throws Exception {
        define();
        awaitWaiting(1);
        Thread closing = Thread.ofVirtual().start(door()::close);
        // May come before the stop or after it; what was taken is answered either way.
        answers.call().onNext(one(2, 0, 1, 1));
        intake.ackAtOnce();
        assertThat(answers.awaitEnd().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(answers.messages()).hasSize(intake.submissions());
        assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void aCallThatIsCancelledLeavesNothingBehindAndItsReceiptsGoNowhere() {
        define();
        awaitWaiting(1);
        answers.call().cancel("enough", null);
        await().atMost(Duration.ofSeconds(20)).until(() -> service.calls() == 0);
        assertThat(intake.ackAll()).isEqualTo(1);
        answers = another();
        intake.ackAtOnce();
        define();
        answers.awaitMessages(1);
    }
}
