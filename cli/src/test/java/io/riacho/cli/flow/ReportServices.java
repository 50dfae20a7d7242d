package io.riacho.cli.flow;

import io.grpc.BindableService;
import io.netty.handler.ssl.SslContext;
import io.riacho.client.Target;
import io.riacho.doors.grpc.ActuatorService;
import io.riacho.doors.grpc.GreetingService;
import io.riacho.doors.grpc.GrpcDoor;
import io.riacho.doors.grpc.ProcessorService;
import io.riacho.doors.grpc.SensorService;
import io.riacho.doors.grpc.SimulatedSensors;
import io.riacho.net.EventLoops;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The reports' services on free ports of loopback, each on a door of its own.
final class ReportServices implements AutoCloseable {

    private final EventLoops loops = EventLoops.start(2);
    private final GrpcDoor sensorDoor;
    private final GrpcDoor processorDoor;
    private final GrpcDoor actuatorDoor;

    ReportServices(@Nullable SslContext tls) throws IOException {
        SimulatedSensors simulated =
                new SimulatedSensors(1, 100, InstantSource.system(), loops.workers());
        sensorDoor =
                door(
                        tls,
                        SensorService.standalone(simulated, loops.workers()),
                        new GreetingService());
        processorDoor = door(tls, new ProcessorService(100));
        actuatorDoor = door(tls, new ActuatorService(ActuatorService.THRESHOLD));
    }

    private GrpcDoor door(@Nullable SslContext tls, BindableService... services)
            throws IOException {
        return GrpcDoor.onLoopback(List.of(services), loops, tls);
    }

    Target sensor() {
        return new Target("localhost", sensorDoor.port());
    }

    Target processor() {
        return new Target("localhost", processorDoor.port());
    }

    Target actuator() {
        return new Target("localhost", actuatorDoor.port());
    }

    @Override
    public void close() {
        sensorDoor.close();
        processorDoor.close();
        actuatorDoor.close();
        loops.close();
    }
}
