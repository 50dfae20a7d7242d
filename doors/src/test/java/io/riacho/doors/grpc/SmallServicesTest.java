package io.riacho.doors.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.riacho.protocol.actuator.ActuationCommand;
import io.riacho.protocol.actuator.ActuatorGrpc;
import io.riacho.protocol.hello.Mensagem;
import io.riacho.protocol.hello.SaudacaoGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The actuator, the greeting, and what every door serves beside its services.
class SmallServicesTest {

    private final Loopback loopback = new Loopback();

    @AfterEach
    void close() {
        loopback.close();
    }

    private static ActuationCommand command(String sensor, double average, boolean turnOn) {
        return ActuationCommand.newBuilder()
                .setSensorId(sensor)
                .setAverage(average)
                .setTimestamp(7)
                .setTurnOn(turnOn)
                .build();
    }

    @Test
    void theActuatorTurnsOnAboveTheThresholdOnly() throws IOException {
        Answers<ActuationCommand, ActuationCommand> answers = Answers.taken();
        ActuatorGrpc.newStub(loopback.to(new ActuatorService(ActuatorService.THRESHOLD)))
                .execute(answers);
        answers.call().onNext(command("a", 25, true));
        answers.call().onNext(command("a", Math.nextUp(25.0), false));
        answers.call().onNext(command("b", -3, false));
        answers.call().onCompleted();
        assertThat(answers.awaitEnd().isOk()).isTrue();
        assertThat(answers.messages())
                .containsExactly(
                        command("a", 25, false),
                        command("a", Math.nextUp(25.0), true),
                        command("b", -3, false));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 20, the sensor id is empty",
        "a, NaN, the average NaN is not finite",
        "a, Infinity, the average Infinity is not finite",
    })
    void theActuatorRefusesWhatIsWrongWithItsReason(String sensor, double average, String reason)
            throws IOException {
        Answers<ActuationCommand, ActuationCommand> answers = Answers.taken();
        ActuatorGrpc.newStub(loopback.to(new ActuatorService(25))).execute(answers);
        answers.call().onNext(command(sensor, average, false));
        Status end = answers.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(end.getDescription()).isEqualTo(reason);
    }

    @Test
    void theGreetingGreetsByName() throws IOException {
        ManagedChannel channel = loopback.to(new GreetingService());
        assertThat(
                        SaudacaoGrpc.newBlockingStub(channel)
                                .saudar(Mensagem.newBuilder().setNome("Teste").build())
                                .getTexto())
                .isEqualTo("Olá, Teste!");
    }

    @Test
    void nobodyIsNotGreeted() throws IOException {
        SaudacaoGrpc.SaudacaoBlockingStub stub =
                SaudacaoGrpc.newBlockingStub(loopback.to(new GreetingService()));
        assertThatThrownBy(() -> stub.saudar(Mensagem.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessage("INVALID_ARGUMENT: nome is empty; say whom to greet");
    }

    @Test
    void everyDoorTellsItsHealthAndItsServices() throws IOException {
        ManagedChannel channel = loopback.to(new GreetingService(), new ActuatorService(25));
        for (String service : List.of("", "hello.Saudacao", "actuator.Actuator")) {
            assertThat(
                            HealthGrpc.newBlockingStub(channel)
                                    .check(
                                            HealthCheckRequest.newBuilder()
                                                    .setService(service)
                                                    .build())
                                    .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
        Answers<ServerReflectionRequest, ServerReflectionResponse> answers = Answers.taken();
        ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answers);
        answers.call().onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(answers.awaitMessages(1).getFirst().getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains(
                        "hello.Saudacao",
                        "actuator.Actuator",
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1alpha.ServerReflection");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        GrpcDoor first = loopback.serve(new GreetingService());
        assertThatThrownBy(() ->
                        loopback.serve(
                                GrpcOptions.with(Map.of()), first.port(), new GreetingService()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("localhost:" + first.port());
    }

    @Test
    void aMessageAboveTheLimitIsRefused() throws IOException {
        GrpcDoor door =
                loopback.serve(
                        GrpcOptions.with(Map.of("message-bytes-max", "1KiB")),
                        new GreetingService());
        SaudacaoGrpc.SaudacaoBlockingStub stub =
                SaudacaoGrpc.newBlockingStub(loopback.channel(door));
        assertThatThrownBy(
                        () -> stub.saudar(Mensagem.newBuilder().setNome("x".repeat(2_000)).build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e ->
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        assertThat(stub.saudar(Mensagem.newBuilder().setNome("x").build()).getTexto())
                .isEqualTo("Olá, x!");
    }

    @Test
    void aConnectionAboveTheLimitIsClosedAndAPlaceIsFreeAgainAfterwards() throws IOException {
        GrpcDoor door =
                loopback.serve(
                        GrpcOptions.with(Map.of("connections-max", "1")), new GreetingService());
        try (Socket held = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
            // The server's settings frame: the connection is served.
            assertThat(held.getInputStream().read()).isNotNegative();
            try (Socket refused = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
                refused.setSoTimeout(10_000);
                assertThat(readOrReset(refused)).isNegative();
            }
        }
        SaudacaoGrpc.SaudacaoBlockingStub stub =
                SaudacaoGrpc.newBlockingStub(loopback.channel(door)).withWaitForReady();
        assertThat(stub.saudar(Mensagem.newBuilder().setNome("x").build()).getTexto())
                .isEqualTo("Olá, x!");
    }

    private static int readOrReset(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void aCallAboveTheLimitIsRefusedAndAPlaceIsFreeAgainAfterwards() throws IOException {
        GrpcDoor door =
                loopback.serve(
                        GrpcOptions.with(Map.of("calls-per-connection-max", "1")),
                        new ActuatorService(25));
        // Each on a connection of its own, since one holds its calls back by itself. A door serves
        // twice as many calls as one connection may have.
        Answers<ActuationCommand, ActuationCommand> held = Answers.taken();
        Answers<ActuationCommand, ActuationCommand> alsoHeld = Answers.taken();
        for (Answers<ActuationCommand, ActuationCommand> each : List.of(held, alsoHeld)) {
            ActuatorGrpc.newStub(loopback.channel(door)).execute(each);
            each.call().onNext(command("a", 1, false));
            each.awaitMessages(1);
        }
        ManagedChannel channel = loopback.channel(door);
        Answers<ActuationCommand, ActuationCommand> refused = Answers.taken();
        ActuatorGrpc.newStub(channel).execute(refused);
        assertThat(refused.awaitEnd().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        held.call().onCompleted();
        held.awaitEnd();
        Answers<ActuationCommand, ActuationCommand> next = Answers.taken();
        ActuatorGrpc.newStub(channel).execute(next);
        next.call().onCompleted();
        assertThat(next.awaitEnd().isOk()).isTrue();
    }

    @Test
    void thePortableTransportServesAsWell() throws IOException {
        try (io.riacho.net.EventLoops nio = io.riacho.net.EventLoops.startPortable(1);
                GrpcDoor door = GrpcDoor.onLoopback(List.of(new GreetingService()), nio, null)) {
            assertThat(nio.transport()).isEqualTo("nio");
            assertThat(
                            SaudacaoGrpc.newBlockingStub(loopback.channel(door))
                                    .saudar(Mensagem.newBuilder().setNome("x").build())
                                    .getTexto())
                    .isEqualTo("Olá, x!");
        }
    }
}
