package io.riacho.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.config.ConfigException;
import io.riacho.config.Schema;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The smallest and the largest value of every setting: a server works with either, and takes none
/// beyond.
class SettingRangesTest {

    /// Takes what a small machine does not have.
    private static final Set<String> COSTLY =
            Set.of("journal.segment-bytes", "lake.threads", "retention.free-disk-bytes-min");

    private static boolean isNumber(Schema.Key key) {
        Class<?> type = key.component().getType();
        return isDuration(key)
                || type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class;
    }

    private static boolean isDuration(Schema.Key key) {
        return key.component().getGenericType().getTypeName().contains("Duration");
    }

    private static boolean isInt(Schema.Key key) {
        Class<?> type = key.component().getType();
        return type == int.class || type == Integer.class;
    }

    private static long max(Schema.Key key) {
        return isInt(key) ? Math.min(key.setting().max(), Integer.MAX_VALUE) : key.setting().max();
    }

    private static long min(Schema.Key key) {
        return isInt(key) ? Math.max(key.setting().min(), Integer.MIN_VALUE) : key.setting().min();
    }

    private static String written(Schema.Key key, BigInteger value) {
        return value + (isDuration(key) ? "ms" : "");
    }

    private static String written(Schema.Key key, long value) {
        return written(key, BigInteger.valueOf(value));
    }

    static List<String> numbers() {
        return Schema.values(ServerConfig.class, "").stream()
                .filter(SettingRangesTest::isNumber)
                .map(Schema.Key::path)
                .toList();
    }

    private static Schema.Key key(String path) {
        return Schema.values(ServerConfig.class, "").stream()
                .filter(each -> each.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void bothEndsAreTakenAndNothingBeyond(String path) {
        Schema.Key key = key(path);
        assertThat(max(key)).as("%s has a largest value", path).isNotEqualTo(Long.MAX_VALUE);
        assertThat(min(key)).as("%s has a smallest value", path).isNotEqualTo(Long.MIN_VALUE);
        for (long end : List.of(min(key), max(key))) {
            derive(ServerConfig.with(Map.of(path, written(key, end))));
        }
        BigInteger above = BigInteger.valueOf(max(key)).add(BigInteger.ONE);
        assertThatThrownBy(() -> ServerConfig.with(Map.of(path, written(key, above))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'" + path + "': is more than ");
        if (min(key) > 0) {
            assertThatThrownBy(() -> ServerConfig.with(Map.of(path, written(key, min(key) - 1))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("'" + path + "': is less than ");
        }
    }

    /// The arithmetic of a start, without one.
    private static void derive(ServerConfig config) {
        config.journal().options();
        config.stream().options();
        config.lake().options(config.stream().windows());
        config.retention().options();
        assertThat(config.http().bodiesBytesMax()).isPositive();
        assertThat(config.mqttOptions().limits().packetBytesMax()).isPositive();
        assertThat(config.mqttOptions().limits().pendingBytesMax()).isPositive();
        Duration ageMax = config.retention().ageMax();
        for (Duration each :
                List.of(
                        config.tcp().idleMax(),
                        config.http().idleMax(),
                        config.http().intakeWaitMax(),
                        config.mqtt().limits().sessionExpiryMax(),
                        config.identity().certificateValidity(),
                        config.stream().futureMax(),
                        config.lake().sealEvery(),
                        config.lake().queryTimeMax(),
                        config.commands().expiry(),
                        ageMax == null ? Duration.ZERO : ageMax)) {
            // Deadlines are nanoseconds from now, or microseconds since 1970.
            Math.addExact(System.nanoTime(), each.toNanos());
            Math.addExact(
                    TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()),
                    TimeUnit.NANOSECONDS.toMicros(each.toNanos()));
        }
    }

    @Test
    void aServerWorksWithTheLargestOfEverything(@TempDir Path data) throws Exception {
        works(data, true);
    }

    @Test
    void aServerWorksWithTheSmallestOfEverything(@TempDir Path data) throws Exception {
        works(data, false);
    }

    private void works(Path data, boolean largest) throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("data", data.toString());
        for (String path : numbers()) {
            Schema.Key key = key(path);
            if (path.endsWith("port")) {
                settings.put(path, "0");
            } else if (!COSTLY.contains(path)) {
                settings.put(path, written(key, largest ? max(key) : min(key)));
            }
        }
        settings.put("retention.free-disk-bytes-min", "0");
        try (Riacho server = Riacho.start(ServerConfig.with(settings));
                Socket socket = new Socket()) {
            socket.setSoTimeout(20_000);
            socket.connect(server.address("tcp"));
            socket.getOutputStream().write("{\"sensor_id\":\"s1\",\"value\":20}\n".getBytes(UTF_8));
            assertThat(
                            new BufferedReader(
                                            new InputStreamReader(socket.getInputStream(), UTF_8))
                                    .readLine())
                    .isEqualTo("Dados recebidos com sucesso.");
            try (HttpClient http = HttpClient.newHttpClient()) {
                HttpRequest posted =
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://localhost:"
                                                        + server.address("http").getPort()
                                                        + "/api/v1/readings"))
                                .header("content-type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "{\"sensor_id\":\"s1\",\"value\":21}"))
                                .timeout(Duration.ofSeconds(20))
                                .build();
                assertThat(http.send(posted, HttpResponse.BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
            }
        }
    }
}
