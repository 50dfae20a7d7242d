package io.riacho.pipeline;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.devices.Devices;
import io.riacho.journal.Journal;
import io.riacho.lake.Lake;
import io.riacho.pipeline.stages.IntakeQueue;
import io.riacho.pipeline.stages.StreamStage;
import io.riacho.pipeline.state.devices.DevicePresence;
import java.util.function.ToIntFunction;

/// Gauges of what the pipeline holds now, by the names that `/metrics` shows.
final class PipelineGauges {

    private PipelineGauges() {}

    static void bind(
            MeterRegistry registry,
            IntakeQueue intake,
            Journal journal,
            StreamStage stream,
            Lake lake,
            DevicePresence devices) {
        Gauge.builder("riacho.intake.bytes", intake, IntakeQueue::bytesHeld).register(registry);
        Gauge.builder(
                        "riacho.journal.lag",
                        stream,
                        s -> journal.durablePosition() - 1 - s.positionFolded())
                .register(registry);
        Gauge.builder("riacho.late.pending", stream, StreamStage::latePending).register(registry);
        Gauge.builder("riacho.lake.unsealed.rows", lake, Lake::unsealedRows).register(registry);
        Gauge.builder("riacho.lake.unsealed.bytes", lake, Lake::unsealedBytes).register(registry);
        bind(registry, devices, "online", Devices.Counts::online);
        bind(registry, devices, "unconfirmed", Devices.Counts::unconfirmed);
        bind(registry, devices, "offline", Devices.Counts::offline);
        bind(registry, devices, "unknown", Devices.Counts::unknown);
        Gauge.builder("riacho.devices.reports.suppressed", devices, DevicePresence::reportsNotKept)
                .register(registry);
    }

    private static void bind(
            MeterRegistry registry,
            DevicePresence devices,
            String presence,
            ToIntFunction<Devices.Counts> count) {
        Gauge.builder("riacho.devices", devices, d -> count.applyAsInt(d.counts()))
                .tag("presence", presence)
                .register(registry);
    }
}
