package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.disk.RealDisk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests that what was sent is answered, whatever the zone of the process is. Each zone has a process of
/// its own: the database driver and the engine look at it when they are loaded.
class AnswersInEveryZoneTest {

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "env, America/New_York",
        "property, America/New_York",
        "env, Australia/Lord_Howe",
        "property, America/Sao_Paulo",
        "property, Asia/Kathmandu",
        "env, UTC"
    })
    void instantsAreThoseThatWereSent(String by, String zone) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-XX:TieredStopAtLevel=1");
        if (by.equals("property")) {
            command.add("-Duser.timezone=" + zone);
        }
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        directory.resolve("lake").toString(),
                        zone));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        if (by.equals("env")) {
            builder.environment().put("TZ", zone);
        }
        Path output = directory.resolve("output");
        Process process = builder.redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("same in " + zone);
    }

    /// What runs in the other process.
    static final class Child {

        private static final long HALF_HOUR = Interval.HOUR_MICROS / 2;

        private Child() {}

        @SuppressWarnings("SystemOut") // The parent reads it.
        public static void main(String[] arguments) throws Exception {
            String zone = arguments[1];
            assertThat(TimeZone.getDefault().getID()).isEqualTo(zone);
            List<Long> times = times(ZoneId.of(zone));
            try (Lake lake =
                    Lake.open(new RealDisk(), Path.of(arguments[0]), LakeOptions.defaults())) {
                for (int i = 0; i < times.size(); i++) {
                    long at = times.get(i);
                    lake.appendReading(i, "s", "m", at, 1, null, "tcp", at);
                    if (i == times.size() / 2) {
                        lake.seal(lake.freeze(i));
                    }
                }
                assertSame(lake, times);
                lake.seal(lake.freeze(times.size()));
                assertSame(lake, times);
            }
            System.out.println("same in " + zone);
        }

        /// Around each change of the zone's clocks of two years, and others far from today.
        private static List<Long> times(ZoneId zone) {
            List<Long> times =
                    new ArrayList<>(
                            List.of(
                                    -9_000_000_000_000_001L,
                                    -1L,
                                    0L,
                                    1L,
                                    // 2026-03-08T07:30:00Z, once read as 08:30.
                                    1_772_955_000_000_000L));
            for (String from : List.of("2018-01-01T00:00:00Z", "2026-01-01T00:00:00Z")) {
                Instant at = Instant.parse(from);
                for (int i = 0; i < 2; i++) {
                    var change = zone.getRules().nextTransition(at);
                    at = change == null ? at.plusSeconds(86_400) : change.getInstant();
                    for (long step = -6; step <= 6; step++) {
                        times.add(at.getEpochSecond() * 1_000_000L + step * HALF_HOUR + 123_456);
                    }
                }
            }
            return times.stream().distinct().sorted().toList();
        }

        private static void assertSame(Lake lake, List<Long> times) throws Exception {
            List<Long> found = new ArrayList<>();
            for (List<@Nullable Object> row :
                    Queried.rows(
                            lake,
                            "SELECT timestamp, timestamp::VARCHAR, [timestamp],"
                                    + " timestamp AT TIME ZONE 'UTC', received_at FROM readings"
                                    + " ORDER BY timestamp")) {
                long micros = Queried.micros(row.getFirst());
                found.add(micros);
                String text = utc(micros).replace('T', ' ');
                assertThat(row.get(1)).isEqualTo(text + "+00");
                assertThat(String.valueOf(row.get(2))).contains(text + "+00");
                assertThat(row.get(3)).isEqualTo(utc(micros));
                assertThat(Queried.micros(row.get(4))).isEqualTo(micros);
            }
            assertThat(found).isEqualTo(times);
            List<Long> windows =
                    times.stream()
                            .map(at ->
                                    Math.floorDiv(at, Interval.HOUR_MICROS) * Interval.HOUR_MICROS)
                            .distinct()
                            .toList();
            assertThat(
                            Queried.rows(
                                            lake,
                                            "SELECT window_start FROM rollups WHERE interval = '1h'"
                                                    + " ORDER BY 1")
                                    .stream()
                                    .map(row -> Queried.micros(row.getFirst())))
                    .isEqualTo(windows);
            for (long at : times) {
                Instant instant = Instant.EPOCH.plusNanos(at * 1000);
                try (QueryResult result =
                        lake.query(
                                "SELECT count(*) FROM readings WHERE timestamp = ? AND timestamp = ?"
                                        + " AND timestamp AT TIME ZONE 'UTC' = ?",
                                List.of(
                                        instant,
                                        OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()),
                                        LocalDateTime.ofInstant(instant, ZoneOffset.UTC)),
                                QueryLimits.defaults())) {
                    assertThat(result.next()).isTrue();
                    assertThat(result.value(0)).as("count at %s", instant).isEqualTo(1L);
                }
            }
        }

        /// As DuckDB writes a timestamp: six digits of the second or none, without trailing zeroes.
        private static String utc(long micros) {
            String text =
                    LocalDateTime.ofInstant(Instant.EPOCH.plusNanos(micros * 1000), ZoneOffset.UTC)
                            .format(java.time.format.DateTimeFormatter.ISO_LOCAL_DATE_TIME);
            return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
        }
    }
}
