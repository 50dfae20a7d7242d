package io.riacho.doors.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.riacho.api.live.LiveEvent;
import io.riacho.api.live.LiveFeed;
import io.riacho.api.live.LiveReading;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.sensor.ReadingRequest;
import io.riacho.protocol.sensor.SensorGrpc;
import io.riacho.protocol.sensor.Temperature;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// `sensor.Sensor`: a sensor's live temperature readings, whatever door they came by.
///
/// A sensor that nobody feeds is simulated, where simulation is on; once it is fed, its own readings
/// take the simulation's place, also in calls that are open. A subscriber that reads slowly skips to
/// the newest reading, and is told in the trailer `riacho-missed` how many it missed.
public final class SensorService extends SensorGrpc.SensorImplBase implements Stoppable {

    /// Readings that are kept for a subscriber beyond what its connection buffers.
    static final int QUEUED_MAX = 256;

    private final LiveFeed feed;
    private final @Nullable SimulatedSensors simulated;
    private final Executor executor;
    private final Set<SubscriberQueue<Temperature>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /// The service beside a path.
    ///
    /// @param simulated null: a sensor that nobody feeds is NOT_FOUND
    /// @param executor sends to subscribers: the event loops
    public SensorService(LiveFeed feed, @Nullable SimulatedSensors simulated, Executor executor) {
        this.feed = feed;
        this.simulated = simulated;
        this.executor = executor;
    }

    /// The service that runs alone: every sensor is simulated.
    public static SensorService standalone(SimulatedSensors simulated, Executor executor) {
        return new SensorService(new FeedThatKnowsNobody(), simulated, executor);
    }

    @Override
    public void streamReadings(ReadingRequest request, StreamObserver<Temperature> observer) {
        String sensor = request.getSensorId();
        try {
            SeriesTable.checkId("sensor id", sensor);
        } catch (InvalidReadingException e) {
            observer.onError(Status.INVALID_ARGUMENT.withDescription(e.reason()).asException());
            return;
        }
        SubscriberQueue<Temperature> outflow =
                new SubscriberQueue<>(
                        (ServerCallStreamObserver<Temperature>) observer,
                        executor,
                        QUEUED_MAX,
                        Integer.toUnsignedLong(request.getLimit()));
        Watch watch = new Watch(outflow);
        // Subscribed before it is asked whether the sensor is known: a first reading between
        // the two would be lost the other way round.
        LiveFeed.Subscription live =
                feed.subscribe(sensor, SeriesTable.DEFAULT_METRIC, watch::onLive);
        open.add(outflow);
        outflow.whenEnded(() -> {
            open.remove(outflow);
            live.close();
            watch.stopSimulation();
        });
        if (!feed.knows(sensor, SeriesTable.DEFAULT_METRIC)) {
            simulate(sensor, watch);
        }
        if (stopping) {
            outflow.end(Status.UNAVAILABLE.withDescription("the server is stopping"));
        }
    }

    private void simulate(String sensor, Watch watch) {
        if (simulated == null) {
            watch.outflow.end(
                    Status.NOT_FOUND.withDescription(
                            "the sensor '"
                                    + sensor
                                    + "' has sent no temperature yet, and simulation is off; turn it"
                                    + " on with 'riacho up --simulate', or run 'riacho sensor'"));
            return;
        }
        SimulatedSensors.Subscription simulation =
                simulated.subscribe(sensor, watch.outflow::offer);
        if (simulation == null) {
            watch.outflow.end(
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            simulated.sensorsMax()
                                    + " sensors are simulated already, and no more are"));
            return;
        }
        watch.simulatedBy(simulation);
    }

    @Override
    public void stop() {
        stopping = true;
        for (SubscriberQueue<Temperature> outflow : open) {
            outflow.end(Status.UNAVAILABLE.withDescription("the server is stopping"));
        }
    }

    /// How many subscribers there are.
    int subscribers() {
        return open.size();
    }

    /// Where one call's readings come from: the feed, and until that tells of one, the simulation.
    private static final class Watch {

        private final SubscriberQueue<Temperature> outflow;

        /// There must be no simulation any more.
        private volatile boolean simulationEnded;

        private SimulatedSensors.@Nullable Subscription simulation;

        Watch(SubscriberQueue<Temperature> outflow) {
            this.outflow = outflow;
        }

        void onLive(LiveEvent event) {
            if (event instanceof LiveReading reading) {
                stopSimulation();
                outflow.offer(
                        Temperature.newBuilder()
                                .setSensorId(reading.sensor())
                                .setValue(reading.value())
                                .setTimestamp(Math.floorDiv(reading.timestampMicros(), 1_000L))
                                .build());
            }
        }

        void simulatedBy(SimulatedSensors.Subscription begun) {
            synchronized (this) {
                if (!simulationEnded) {
                    simulation = begun;
                    return;
                }
            }
            begun.close();
        }

        void stopSimulation() {
            if (simulationEnded) {
                return;
            }
            SimulatedSensors.Subscription running;
            synchronized (this) {
                simulationEnded = true;
                running = simulation;
                simulation = null;
            }
            if (running != null) {
                running.close();
            }
        }
    }
}
