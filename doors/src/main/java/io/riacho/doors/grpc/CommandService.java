package io.riacho.doors.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandFields;
import io.riacho.api.commands.Commands;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.v1.AcknowledgeRequest;
import io.riacho.protocol.v1.AcknowledgeResponse;
import io.riacho.protocol.v1.CommandServiceGrpc;
import io.riacho.protocol.v1.CommandState;
import io.riacho.protocol.v1.SubscribeRequest;
import io.riacho.protocol.v1.SubscribeResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/// `riacho.v1.CommandService`: a device's commands out, its acknowledgements back.
public final class CommandService extends CommandServiceGrpc.CommandServiceImplBase
        implements Stoppable {

    /// Only the newest command matters to a device.
    private static final int QUEUED_MAX = 1;

    private final Commands commands;
    private final Executor executor;
    private final Set<SubscriberQueue<SubscribeResponse>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /// @param executor sends to subscribers: the event loops
    public CommandService(Commands commands, Executor executor) {
        this.commands = commands;
        this.executor = executor;
    }

    @Override
    public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> observer) {
        String device = request.getDeviceId();
        try {
            SeriesTable.checkId("device id", device);
        } catch (InvalidReadingException e) {
            observer.onError(Status.INVALID_ARGUMENT.withDescription(e.reason()).asException());
            return;
        }
        SubscriberQueue<SubscribeResponse> queue =
                new SubscriberQueue<>(
                        (ServerCallStreamObserver<SubscribeResponse>) observer,
                        executor,
                        QUEUED_MAX,
                        0);
        open.add(queue);
        Commands.Subscription subscription =
                commands.subscribe(device, command -> queue.offer(response(command)));
        queue.whenEnded(() -> {
            open.remove(queue);
            subscription.close();
        });
        if (stopping) {
            queue.end(Status.UNAVAILABLE.withDescription("the server is stopping"));
        }
    }

    @Override
    public void acknowledge(
            AcknowledgeRequest request, StreamObserver<AcknowledgeResponse> observer) {
        String device = request.getDeviceId();
        String command = request.getCommandId();
        if (device.isEmpty() || command.isEmpty()) {
            observer.onError(
                    Status.INVALID_ARGUMENT
                            .withDescription("device_id and command_id are both needed")
                            .asException());
            return;
        }
        commands.acknowledge(
                device,
                command,
                outcome -> {
                    switch (outcome) {
                        case ACCEPTED -> {
                            observer.onNext(AcknowledgeResponse.getDefaultInstance());
                            observer.onCompleted();
                        }
                        case UNKNOWN ->
                                observer.onError(
                                        Status.NOT_FOUND
                                                .withDescription(
                                                        "the device '"
                                                                + device
                                                                + "' has no command '"
                                                                + command
                                                                + "'")
                                                .asException());
                        case FAILED ->
                                observer.onError(
                                        Status.UNAVAILABLE
                                                .withDescription(
                                                        "the acknowledgement could not be made"
                                                                + " durable; send it again")
                                                .asException());
                    }
                });
    }

    @Override
    public void stop() {
        stopping = true;
        for (SubscriberQueue<SubscribeResponse> queue : open) {
            queue.end(Status.UNAVAILABLE.withDescription("the server is stopping"));
        }
    }

    private static SubscribeResponse response(Command command) {
        CommandFields fields = command.fields();
        return SubscribeResponse.newBuilder()
                .setCommand(
                        io.riacho.protocol.v1.Command.newBuilder()
                                .setId(fields.id())
                                .setDeviceId(fields.device())
                                .setSensorId(fields.sensor())
                                .setTurnOn(fields.turnOn())
                                .setRule(fields.rule())
                                .setAverage(fields.average())
                                .setIssuedAtUs(fields.issuedAtMicros())
                                .setExpiresAtUs(command.expiresAtMicros())
                                .setSequence(fields.sequence())
                                .setState(state(command.state())))
                .build();
    }

    private static CommandState state(Command.State state) {
        return switch (state) {
            case ISSUED -> CommandState.COMMAND_STATE_ISSUED;
            case SENT -> CommandState.COMMAND_STATE_SENT;
            case DELIVERED -> CommandState.COMMAND_STATE_DELIVERED;
            case ACKNOWLEDGED -> CommandState.COMMAND_STATE_ACKNOWLEDGED;
            case EXPIRED -> CommandState.COMMAND_STATE_EXPIRED;
            case SUPERSEDED -> CommandState.COMMAND_STATE_SUPERSEDED;
        };
    }
}
