package io.riacho.cli.flow;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import io.riacho.protocol.actuator.ActuationCommand;
import io.riacho.protocol.actuator.ActuatorGrpc;
import io.riacho.protocol.processor.ProcessedData;
import io.riacho.protocol.processor.ProcessorGrpc;
import io.riacho.protocol.sensor.ReadingRequest;
import io.riacho.protocol.sensor.SensorGrpc;
import io.riacho.protocol.sensor.Temperature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The report's test flow: so many readings of a sensor into `reads.json`, those through the
/// processor into `processed.json`, those through the actuator into `actuator_out.json`.
///
/// @param sensorId the sensor that is read
/// @param readings how many, 1 to [#READINGS_MAX]
/// @param out the directory of the three files; made when it is not there
/// @param tls null: plain text
/// @param patience how long each answer may take
public record Flow(
        Target sensor,
        Target processor,
        Target actuator,
        String sensorId,
        int readings,
        Path out,
        @Nullable ClientTls tls,
        Duration patience) {

    /// The flow holds its readings in memory.
    public static final int READINGS_MAX = 1_000_000;

    /// The sensor that is read unless told.
    public static final String SENSOR_ID = "sensor-1";

    /// How long each answer may take unless told.
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    public Flow {
        if (readings < 1 || readings > READINGS_MAX) {
            throw new IllegalArgumentException("readings must be 1 to " + READINGS_MAX);
        }
    }

    /// The files that a flow wrote, in the order of writing.
    ///
    /// @param commands how many commands the actuator answered
    /// @param turnedOn how many of those turn the actuator on
    public record Result(List<Path> files, int commands, int turnedOn) {}

    /// Runs the flow. Files of an earlier run are replaced, each when its part is complete.
    ///
    /// @throws IOException when a service fails or a file cannot be written, naming it
    public Result run() throws IOException, InterruptedException {
        Files.createDirectories(out);
        Path reads = out.resolve("reads.json");
        Path processed = out.resolve("processed.json");
        Path decided = out.resolve("actuator_out.json");

        List<Temperature> temperatures = read();
        GrpcurlJson.write(reads, temperatures);

        List<io.riacho.protocol.processor.Temperature> input = new ArrayList<>();
        for (Temperature each : temperatures) {
            input.add(
                    io.riacho.protocol.processor.Temperature.newBuilder()
                            .setSensorId(each.getSensorId())
                            .setValue(each.getValue())
                            .setTimestamp(each.getTimestamp())
                            .build());
        }
        List<ProcessedData> averages =
                through(
                        "the processor",
                        processor,
                        input,
                        to -> ProcessorGrpc.newBlockingV2Stub(to.channel()).processReadings());
        GrpcurlJson.write(processed, averages);

        List<ActuationCommand> wishes = new ArrayList<>();
        for (ProcessedData each : averages) {
            wishes.add(
                    ActuationCommand.newBuilder()
                            .setSensorId(each.getSensorId())
                            .setAverage(each.getAverage())
                            .setTimestamp(each.getTimestamp())
                            .build());
        }
        List<ActuationCommand> commands =
                through(
                        "the actuator",
                        actuator,
                        wishes,
                        to -> ActuatorGrpc.newBlockingV2Stub(to.channel()).execute());
        GrpcurlJson.write(decided, commands);

        int turnedOn = 0;
        for (ActuationCommand command : commands) {
            turnedOn += command.getTurnOn() ? 1 : 0;
        }
        return new Result(List.of(reads, processed, decided), commands.size(), turnedOn);
    }

    private List<Temperature> read() throws IOException, InterruptedException {
        ReadingRequest request =
                ReadingRequest.newBuilder().setSensorId(sensorId).setLimit(readings).build();
        List<Temperature> read = new ArrayList<>();
        try (Target.Channel to = sensor.open(tls)) {
            BlockingClientCall<?, Temperature> call =
                    SensorGrpc.newBlockingV2Stub(to.channel()).streamReadings(request);
            Temperature next;
            while ((next = take(call)) != null) {
                read.add(next);
            }
        } catch (StatusException e) {
            throw failed("the sensor", sensor, e.getStatus(), e);
        } catch (TimeoutException e) {
            throw silent("the sensor", sensor, e);
        }
        if (read.size() < readings) {
            throw new IOException(
                    "the sensor at "
                            + sensor
                            + " ended after "
                            + read.size()
                            + " of "
                            + readings
                            + " readings");
        }
        return read;
    }

    /// Sends message by message and takes the answer to each, as a person at a terminal would: what
    /// is on its way is one message, whatever the windows are.
    private <Q extends Message, A> List<A> through(
            String what,
            Target target,
            List<Q> messages,
            Function<Target.Channel, BlockingClientCall<Q, A>> begin)
            throws IOException, InterruptedException {
        List<A> answers = new ArrayList<>(messages.size());
        try (Target.Channel to = target.open(tls)) {
            BlockingClientCall<Q, A> call = begin.apply(to);
            for (Q message : messages) {
                A answer =
                        call.write(message, patience.toMillis(), TimeUnit.MILLISECONDS)
                                ? take(call)
                                : null;
                if (answer == null) {
                    throw new IOException(
                            what
                                    + " at "
                                    + target
                                    + " ended after "
                                    + answers.size()
                                    + " of "
                                    + messages.size()
                                    + " answers");
                }
                answers.add(answer);
            }
            call.halfClose();
            if (take(call) != null) {
                throw new IOException(what + " at " + target + " answers more than it was asked");
            }
        } catch (StatusException e) {
            throw failed(what, target, e.getStatus(), e);
        } catch (TimeoutException e) {
            throw silent(what, target, e);
        }
        return answers;
    }

    private <A> @Nullable A take(BlockingClientCall<?, A> call)
            throws StatusException, InterruptedException, TimeoutException {
        return call.read(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private IOException silent(String what, Target target, TimeoutException e) {
        return new IOException(
                what + " at " + target + " did not answer within " + patience.toSeconds() + " s",
                e);
    }

    static IOException failed(String what, Target target, Status status, Exception e) {
        String reason = status.getDescription();
        return new IOException(
                what
                        + " at "
                        + target
                        + " failed: "
                        + status.getCode()
                        + (reason == null ? "" : ", " + reason),
                e);
    }
}
