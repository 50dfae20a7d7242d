package io.riacho.doors.grpc;

import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.actuator.ActuationCommand;
import io.riacho.protocol.actuator.ActuatorGrpc;

/// `actuator.Actuator`: answers each command with whether its average is above the threshold.
public final class ActuatorService extends ActuatorGrpc.ActuatorImplBase {

    /// The threshold unless configured.
    public static final double THRESHOLD = 25;

    private final double threshold;

    /// @param threshold finite; an average above it turns the actuator on
    public ActuatorService(double threshold) {
        if (!Double.isFinite(threshold)) {
            throw new IllegalArgumentException("the threshold " + threshold + " is not finite");
        }
        this.threshold = threshold;
    }

    @Override
    public StreamObserver<ActuationCommand> execute(StreamObserver<ActuationCommand> call) {
        return new Decisions(call, threshold);
    }

    private static final class Decisions extends OneForOne<ActuationCommand, ActuationCommand> {

        private final double threshold;

        Decisions(StreamObserver<ActuationCommand> call, double threshold) {
            super(call);
            this.threshold = threshold;
        }

        @Override
        ActuationCommand answer(ActuationCommand command) throws StatusException {
            double average = command.getAverage();
            if (!Double.isFinite(average)) {
                throw invalid("the average " + average + " is not finite");
            }
            try {
                SeriesTable.checkId("sensor id", command.getSensorId());
            } catch (InvalidReadingException e) {
                throw invalid(e.reason());
            }
            boolean turnOn = average > threshold;
            return command.getTurnOn() == turnOn
                    ? command
                    : command.toBuilder().setTurnOn(turnOn).build();
        }
    }
}
