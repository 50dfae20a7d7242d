package io.riacho.doors.grpc;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.processor.ProcessedData;
import io.riacho.protocol.processor.ProcessorGrpc;
import io.riacho.protocol.processor.Temperature;
import java.util.HashMap;

/// `processor.Processor`: answers each reading with the average of its sensor's readings in this
/// call so far. Nothing is stored, every message counts, and any timestamp comes back as it was.
public final class ProcessorService extends ProcessorGrpc.ProcessorImplBase {

    private final int sensorsPerCallMax;

    /// @param sensorsPerCallMax sensors in one call; one more ends it with RESOURCE_EXHAUSTED
    public ProcessorService(int sensorsPerCallMax) {
        this.sensorsPerCallMax = sensorsPerCallMax;
    }

    @Override
    public StreamObserver<Temperature> processReadings(StreamObserver<ProcessedData> call) {
        return new Averages(call, sensorsPerCallMax);
    }

    private static final class Averages extends OneForOne<Temperature, ProcessedData> {

        private final int sensorsMax;
        private final HashMap<String, Average> bySensor = new HashMap<>();

        Averages(StreamObserver<ProcessedData> call, int sensorsMax) {
            super(call);
            this.sensorsMax = sensorsMax;
        }

        @Override
        ProcessedData answer(Temperature reading) throws StatusException {
            double value = reading.getValue();
            if (!Double.isFinite(value)) {
                throw invalid("the value " + value + " is not finite");
            }
            Average average = bySensor.get(reading.getSensorId());
            if (average == null) {
                average = begin(reading.getSensorId());
            }
            return ProcessedData.newBuilder()
                    .setSensorId(average.sensor)
                    .setAverage(average.with(value))
                    .setTimestamp(reading.getTimestamp())
                    .build();
        }

        private Average begin(String sensor) throws StatusException {
            try {
                SeriesTable.checkId("sensor id", sensor);
            } catch (InvalidReadingException e) {
                throw invalid(e.reason());
            }
            if (bySensor.size() >= sensorsMax) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription(
                                "more than "
                                        + sensorsMax
                                        + " sensors in one call; spread them over several calls")
                        .asException();
            }
            Average begun = new Average(sensor);
            bySensor.put(sensor, begun);
            return begun;
        }
    }

    /// The mean so far: Welford's recurrence, which stays within the range of its values.
    static final class Average {

        private final String sensor;
        private long count;
        private double mean;

        Average(String sensor) {
            this.sensor = sensor;
        }

        double with(double value) {
            count++;
            double step = (value - mean) / count;
            // The difference of two values near the ends of double's range is not finite.
            mean = Double.isFinite(step) ? mean + step : mean + (value / count - mean / count);
            return mean;
        }
    }
}
