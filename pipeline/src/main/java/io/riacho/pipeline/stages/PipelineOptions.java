package io.riacho.pipeline.stages;

import io.riacho.config.ConfigSources;
import io.riacho.config.Findings;
import io.riacho.config.Setting;
import io.riacho.config.Units;
import io.riacho.core.stream.StreamOptions;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.Interval;
import io.riacho.lake.LakeOptions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The sections of the configuration that concern the pipeline.
///
/// @param fixed limits that are no settings
public record PipelineOptions(
        Intake intake,
        Journal journal,
        Stream stream,
        Lake lake,
        Retention retention,
        Commands commands,
        Devices devices,
        Fixed fixed) {

    /// Limits that are no settings.
    ///
    /// @param commitReadingsMax readings in one group commit
    /// @param handOverReadingsMax readings between the journal and the stream core; then commits wait
    /// @param lateMax late readings that wait for the resolver; then the intake waits
    /// @param sealBytesMax bytes of rows that are not sealed at which a seal starts; at four times as
    ///     many the stream core waits for the seal under way
    public record Fixed(
            int commitReadingsMax, int handOverReadingsMax, int lateMax, long sealBytesMax) {

        public static final Fixed DEFAULT = new Fixed(65_536, 262_144, 65_536, 48L << 20);
    }

    /// The section `intake` of the configuration: the bound of what is on its way.
    public record Intake(
            @Setting(
                            value = "64MiB",
                            min = 65_536,
                            max = Setting.PEBIBYTE,
                            doc =
                                    "Bytes of readings that wait for the disk, over all doors. When"
                                            + " it is reached, doors stop reading from their"
                                            + " sockets; nothing is dropped.")
                    long bytesMax) {}

    /// The section `journal` of the configuration: the durable log.
    public record Journal(
            @Setting(
                            value = "64MiB",
                            min = 1_048_576,
                            max = 2L << 30,
                            doc =
                                    "Size of a segment, preallocated. Segments are deleted whole,"
                                            + " once the lake holds what is in them.")
                    long segmentBytes) {

        /// The largest message of readings fits an entry of this size, whatever its ids.
        private static final long ENTRY_BYTES_MAX = 40L << 20;

        /// What a segment's own headers take, and more.
        private static final long SEGMENT_BYTES_OVERHEAD = 8 << 10;

        /// Tells what is wrong within the section.
        public void check(Findings findings) {
            if (segmentBytes % JournalOptions.SEGMENT_BYTES_UNIT != 0) {
                findings.problem(
                        "journal.segment-bytes",
                        "is no multiple of " + JournalOptions.SEGMENT_BYTES_UNIT + " bytes");
            }
        }

        /// The journal's own options.
        public JournalOptions options() {
            return new JournalOptions(
                    segmentBytes,
                    (int) Math.min(ENTRY_BYTES_MAX, segmentBytes - SEGMENT_BYTES_OVERHEAD));
        }
    }

    /// The section `stream` of the configuration: statistics and memory per series.
    public record Stream(
            @Setting(
                            value = "1m, 15m, 1h, 1d",
                            min = 1000,
                            max = 86_400_000,
                            doc = "Sizes of the tumbling windows, in UTC, for rollups.")
                    List<Duration> windows,
            @Setting(
                            value = "64",
                            min = 1,
                            doc =
                                    "Readings of a series that are remembered after they are sealed."
                                            + " A reading older than these is looked up in the lake"
                                            + " before it is counted.")
                    int rememberedPerSeries,
            @Setting(
                            value = "100000",
                            min = 1,
                            doc =
                                    "Series (sensor and metric) that may exist; a reading that"
                                            + " would begin one more is refused with its reason.")
                    int seriesMax,
            @Setting(
                            value = "10m",
                            min = 0,
                            max = Setting.YEAR_MILLIS,
                            doc =
                                    "How far ahead of the server's clock a timestamp may be; one"
                                            + " further ahead is refused.")
                    Duration futureMax) {

        private static final Duration DAY = Duration.ofDays(1);

        public Stream {
            windows = List.copyOf(windows);
        }

        /// Tells what is wrong within the section.
        public void check(Findings findings) {
            Set<Duration> sizes = new HashSet<>();
            for (Duration each : windows) {
                if (each.toMillis() % 1000 != 0 || DAY.toMillis() % each.toMillis() != 0) {
                    findings.problem(
                            "stream.windows",
                            Units.text(each)
                                    + " does not divide a day into whole seconds, such as 1m, 15m,"
                                    + " 1h or 1d");
                }
                if (!sizes.add(each)) {
                    findings.problem("stream.windows", Units.text(each) + " is there twice");
                }
            }
        }

        /// The core's own options. The lake rolls rows up itself; here the core's windows would only
        /// cost time.
        public StreamOptions options() {
            return StreamOptions.DEFAULT
                    .withWindows(List.of())
                    .withRememberedPerSeries(rememberedPerSeries);
        }
    }

    /// The section `lake` of the configuration: sealing and querying.
    public record Lake(
            @Setting(
                            value = "500000",
                            min = 1,
                            doc =
                                    "Rows held in memory until they are written as Parquet; about"
                                            + " 50 bytes each. More rows make fewer, larger files.")
                    int sealRowsMax,
            @Setting(
                            value = "5m",
                            min = 1000,
                            max = Setting.YEAR_MILLIS,
                            doc = "How long rows wait to be written when there are few.")
                    Duration sealEvery,
            @Setting(
                            value = "256MiB",
                            min = 33_554_432,
                            max = Setting.PEBIBYTE,
                            doc = "Memory that DuckDB may use for queries and seals.")
                    long memoryBytesMax,
            @Setting(value = "2", min = 1, max = 1024, doc = "Threads that DuckDB may use.")
                    int threads,
            @Setting(
                            value = "30s",
                            min = 1,
                            max = Setting.YEAR_MILLIS,
                            doc = "A query that takes longer is cancelled.")
                    Duration queryTimeMax,
            @Setting(
                            value = "100000",
                            min = 1,
                            max = Integer.MAX_VALUE,
                            doc = "Rows of one answer; what is beyond is cut, and said to be.")
                    long queryRowsMax) {

        /// The lake's own options.
        ///
        /// @param windows of the rollups
        public LakeOptions options(List<Duration> windows) {
            return LakeOptions.defaults()
                    .withIntervals(windows.stream().map(Lake::interval).toList())
                    .withEngineBytesMax(memoryBytesMax)
                    .withEngineThreads(threads);
        }

        private static Interval interval(Duration size) {
            long seconds = size.toSeconds();
            String name =
                    seconds % 86_400 == 0
                            ? size.toDays() + "d"
                            : seconds % 3_600 == 0
                                    ? size.toHours() + "h"
                                    : seconds % 60 == 0 ? size.toMinutes() + "m" : seconds + "s";
            return Interval.parse(name);
        }
    }

    /// The section `retention` of the configuration: what is kept.
    public record Retention(
            @Setting(
                            value = "none",
                            min = 86_400_000,
                            max = 100 * Setting.YEAR_MILLIS,
                            doc =
                                    "Readings older than this are deleted by whole days; their"
                                            + " statistics stay. none: kept for ever.")
                    @Nullable Duration ageMax,
            @Setting(
                            value = "none",
                            min = 67_108_864,
                            max = Setting.PEBIBYTE,
                            doc =
                                    "The lake's size; beyond it the oldest days are deleted. none:"
                                            + " no limit but the disk.")
                    @Nullable Long bytesMax,
            @Setting(
                            value = "512MiB",
                            min = 0,
                            max = Setting.PEBIBYTE,
                            doc =
                                    "Free disk below which new readings are refused with an error."
                                            + " What is there stays readable, and writing resumes"
                                            + " by itself when there is room.")
                    long freeDiskBytesMin) {

        /// Age in µs beyond which readings are deleted, and new ones refused.
        long ageMicrosMax() {
            return ageMax == null
                    ? Long.MAX_VALUE
                    : TimeUnit.NANOSECONDS.toMicros(ageMax.toNanos());
        }

        /// The lake's own options.
        public io.riacho.lake.Retention options() {
            return new io.riacho.lake.Retention(
                    ageMicrosMax(), bytesMax == null ? Long.MAX_VALUE : bytesMax);
        }
    }

    /// The section `commands` of the configuration: orders to devices.
    public record Commands(
            @Setting(
                            value = "24h",
                            min = 1000,
                            max = Setting.YEAR_MILLIS,
                            doc =
                                    "How long a command is worth carrying out. A device that returns"
                                            + " later gets it all the same, if it is still the newest,"
                                            + " with a new expiry.")
                    Duration expiry,
            @Setting(
                            value = "1000",
                            doc =
                                    "The priority of orders by hand among the rules'. A rule of a"
                                            + " higher priority decides against them.")
                    int manualPriority) {}

    /// The section `devices` of the configuration: what takes commands.
    public record Devices(
            @Setting(
                            value = "100000",
                            min = 1,
                            doc =
                                    "Devices that may be known. An order by hand to a further one is"
                                            + " refused.")
                    int max) {}

    /// The defaults of every section.
    public static PipelineOptions defaults() {
        return new PipelineOptions(
                defaults(Intake.class),
                defaults(Journal.class),
                defaults(Stream.class),
                defaults(Lake.class),
                defaults(Retention.class),
                defaults(Commands.class),
                defaults(Devices.class),
                Fixed.DEFAULT);
    }

    private static <R extends Record> R defaults(Class<R> section) {
        return ConfigSources.section(section, Map.of());
    }
}
