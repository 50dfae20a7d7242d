package io.riacho.doors.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.Commands.Acknowledgement;
import io.riacho.protocol.v1.AcknowledgeRequest;
import io.riacho.protocol.v1.AcknowledgeResponse;
import io.riacho.protocol.v1.CommandServiceGrpc;
import io.riacho.protocol.v1.CommandState;
import io.riacho.protocol.v1.SubscribeRequest;
import io.riacho.protocol.v1.SubscribeResponse;
import io.riacho.testkit.CommandsThatAreIssuedWhenTold;
import io.riacho.testkit.TestCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandServiceTest {

    private final Loopback loopback = new Loopback();
    private final CommandsThatAreIssuedWhenTold commands = new CommandsThatAreIssuedWhenTold();
    private final CommandService service = new CommandService(commands, loopback.loops.workers());

    @AfterEach
    void close() {
        loopback.close();
    }

    private static Command command(String device, long sequence) {
        return TestCommands.issued("id-" + sequence, device, sequence, 2_000_000);
    }

    private Answers<SubscribeRequest, SubscribeResponse> subscribe(
            ManagedChannel channel, String device, boolean taken) {
        Answers<SubscribeRequest, SubscribeResponse> answers =
                taken ? Answers.taken() : Answers.takenWhenTold();
        CommandServiceGrpc.newStub(channel)
                .subscribe(SubscribeRequest.newBuilder().setDeviceId(device).build(), answers);
        return answers;
    }

    private void awaitSubscriptions(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> commands.subscriptions() == count);
    }

    @Test
    void aDeviceGetsItsOwnCommandsBeginningWithTheNewest() throws IOException {
        commands.issue(command("pump", 1));
        Answers<SubscribeRequest, SubscribeResponse> answers =
                subscribe(loopback.to(service), "pump", true);
        answers.awaitMessages(1);
        commands.issue(command("other", 2));
        commands.issue(command("pump", 3));
        List<SubscribeResponse> got = answers.awaitMessages(2);
        assertThat(got).extracting(each -> each.getCommand().getSequence()).containsExactly(1L, 3L);
        assertThat(got.getLast().getCommand())
                .isEqualTo(
                        io.riacho.protocol.v1.Command.newBuilder()
                                .setId("id-3")
                                .setDeviceId("pump")
                                .setSensorId("s1")
                                .setTurnOn(true)
                                .setRule("rule")
                                .setAverage(25.5)
                                .setIssuedAtUs(1_000_000)
                                .setExpiresAtUs(2_000_000)
                                .setSequence(3)
                                .setState(CommandState.COMMAND_STATE_ISSUED)
                                .build());
        answers.call().cancel("enough", null);
        awaitSubscriptions(0);
    }

    @Test
    void aDeviceThatReadsSlowlyEndsUpWithTheNewestCommand() throws IOException {
        GrpcDoor door = loopback.serve(service);
        Answers<SubscribeRequest, SubscribeResponse> slow =
                subscribe(loopback.channel(door, 64 * 1024), "pump", false);
        awaitSubscriptions(1);
        int issued = 50_000;
        for (int i = 1; i <= issued; i++) {
            commands.issue(command("pump", i));
        }
        slow.take(Integer.MAX_VALUE);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> {
                    List<SubscribeResponse> got = slow.messages();
                    return !got.isEmpty() && got.getLast().getCommand().getSequence() == issued;
                });
        assertThat(slow.messages().size()).isLessThan(issued / 2);
    }

    @Test
    void aWrongDeviceIsInvalid() throws IOException {
        Status end = subscribe(loopback.to(service), "a/b", true).awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(end.getDescription()).isEqualTo("the device id must not contain '/'");
        assertThat(commands.subscriptions()).isZero();
    }

    @Test
    void anAcknowledgementIsAnsweredOnceItIsDurable() throws IOException {
        assertThat(
                        CommandServiceGrpc.newBlockingStub(loopback.to(service))
                                .acknowledge(acknowledge("pump", "id-1")))
                .isEqualTo(AcknowledgeResponse.getDefaultInstance());
        assertThat(commands.acknowledged()).containsExactly("pump/id-1");
    }

    private static AcknowledgeRequest acknowledge(String device, String command) {
        return AcknowledgeRequest.newBuilder().setDeviceId(device).setCommandId(command).build();
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN, pump, id-1, NOT_FOUND, the device 'pump' has no command 'id-1'",
        "FAILED, pump, id-1, UNAVAILABLE, the acknowledgement could not be made durable; send it"
                + " again",
        "ACCEPTED, '', id-1, INVALID_ARGUMENT, device_id and command_id are both needed",
        "ACCEPTED, pump, '', INVALID_ARGUMENT, device_id and command_id are both needed",
    })
    void anAcknowledgementThatCameToNothingSaysWhy(
            Acknowledgement outcome, String device, String command, Status.Code code, String reason)
            throws IOException {
        commands.answerWith(outcome);
        CommandServiceGrpc.CommandServiceBlockingStub stub =
                CommandServiceGrpc.newBlockingStub(loopback.to(service));
        assertThatThrownBy(() -> stub.acknowledge(acknowledge(device, command)))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> {
                            assertThat(e.getStatus().getCode()).isEqualTo(code);
                            assertThat(e.getStatus().getDescription()).isEqualTo(reason);
                        });
    }
}
