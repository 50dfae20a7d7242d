package io.riacho.pipeline.stages;

import io.riacho.pipeline.state.commands.CommandFold;
import java.time.Duration;

/// Limits of the path.
///
/// @param intakeBytesMax bytes of unanswered submissions at which doors stop reading
/// @param commitReadingsMax readings in one group commit
/// @param handOverReadingsMax readings between the journal and the stream core; then commits wait
/// @param lateMax late readings that wait for the resolver; then the intake waits
/// @param seriesMax series that may have readings; a reading of a further one is refused
/// @param futureMax how far ahead of the clock a timestamp may be
/// @param ageMax how old a timestamp may be; zero: any age
/// @param lakeBytesMax size of the lake beyond which its oldest days are removed
/// @param freeBytesMin free disk below which new readings are refused
/// @param sealRowsMax rows that are not sealed at which a seal starts, and records since the last
///     seal at which one starts even without rows, so that the journal's tail stays bounded
/// @param sealBytesMax bytes of rows that are not sealed at which a seal starts; at four times as
///     many the stream core waits for the seal under way
/// @param sealEvery a seal starts when rows are older than this
/// @param commandExpiry how long a command is worth carrying out
/// @param manualPriority the priority of orders by hand among the rules' wishes
/// @param devicesMax devices that may be commanded by hand or be known by their connections
public record PipelineOptions(
        long intakeBytesMax,
        int commitReadingsMax,
        int handOverReadingsMax,
        int lateMax,
        int seriesMax,
        Duration futureMax,
        Duration ageMax,
        long lakeBytesMax,
        long freeBytesMin,
        long sealRowsMax,
        long sealBytesMax,
        Duration sealEvery,
        Duration commandExpiry,
        int manualPriority,
        int devicesMax) {

    public static PipelineOptions defaults() {
        return new PipelineOptions(
                64L << 20,
                65_536,
                262_144,
                65_536,
                100_000,
                Duration.ofMinutes(10),
                Duration.ZERO,
                Long.MAX_VALUE,
                256L << 20,
                2_000_000,
                48L << 20,
                Duration.ofMinutes(5),
                CommandFold.EXPIRY_FIRST,
                1_000,
                100_000);
    }
}
