package io.riacho.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.riacho.api.commands.Command;
import io.riacho.api.devices.Device;
import io.riacho.api.health.Readiness;
import io.riacho.api.live.LiveCommand;
import io.riacho.api.live.LiveDevice;
import io.riacho.api.live.LiveReading;
import io.riacho.http.BodyBudget;
import io.riacho.http.HttpOptions;
import io.riacho.http.HttpServer;
import io.riacho.net.EventLoops;
import io.riacho.testkit.CommandsInMemory;
import io.riacho.testkit.DevicesInMemory;
import io.riacho.testkit.FeedThatTellsWhenTold;
import io.riacho.testkit.TestCommands;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventStreamsTest {

    private final FeedThatTellsWhenTold feed = new FeedThatTellsWhenTold();
    private final CommandsInMemory commands = new CommandsInMemory();
    private final DevicesInMemory devices = new DevicesInMemory();
    private final EventLoops loops = EventLoops.start(2);
    private HttpServer door;

    @BeforeEach
    void start() throws Exception {
        door =
                HttpServer.start(
                        HttpOptions.with(Map.of("event-streams-max", "2")),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        List.of(
                                new Dashboard(
                                        loops.workers().next(),
                                        new Dashboard.Sources(
                                                feed,
                                                commands,
                                                devices,
                                                () -> Readiness.State.READY,
                                                new PrometheusMeterRegistry(
                                                                PrometheusConfig.DEFAULT)
                                                        .timer("commits"),
                                                new PrometheusMeterRegistry(
                                                        PrometheusConfig.DEFAULT)),
                                        2)),
                        (_, ready, _) -> ready.run(),
                        new BodyBudget(1000),
                        loops,
                        null);
    }

    @AfterEach
    void stop() {
        door.close();
        loops.close();
    }

    @Test
    void readingsConflateAndCommandsDoNot() throws Exception {
        try (Follower follower = new Follower()) {
            follower.await("state");
            for (int i = 1; i <= 1000; i++) {
                feed.tell(reading("s1", i, 1000));
            }
            for (int i = 1; i <= 5; i++) {
                feed.tell(new LiveCommand(command(i)));
            }
            JsonNode last = follower.await("readings");
            while (last.get(0).get("value").doubleValue() != 1000) {
                last = follower.await("readings");
            }
            assertThat(last).hasSize(1);
            assertThat(last.get(0).get("sensor").textValue()).isEqualTo("s1");
            assertThat(last.get(0).get("timestamp").textValue())
                    .isEqualTo("1970-01-01T00:00:00.001Z");
            assertThat(follower.readingsEvents).as("events for 1000 readings").isLessThan(50);
            int seen = 0;
            while (seen < 5) {
                JsonNode list = follower.events("commands");
                for (JsonNode each : list) {
                    assertThat(each.get("sequence").intValue()).isEqualTo(++seen);
                }
            }
        }
    }

    @Test
    void aNewFollowerGetsTheNewestOfEverything() throws Exception {
        commands.add(command(1));
        commands.add(command(2));
        try (Follower first = new Follower()) {
            first.await("state");
            feed.tell(reading("s1", 7, 5));
            feed.tell(reading("s2", 8, 5));
            first.await("readings");
            try (Follower second = new Follower()) {
                JsonNode all = second.await("readings");
                assertThat(all).hasSize(2);
                assertThat(second.await("commands"))
                        .extracting(c -> c.get("id").textValue())
                        .containsExactly("c1", "c2");
            }
        }
    }

    @Test
    void aSlowFollowerIsToldWhatItMissed() throws Exception {
        try (Follower slow = new Follower();
                Follower quick = new Follower()) {
            slow.await("state");
            quick.await("state");
            // More than the sockets hold, while one of the two does not read.
            String name = "x".repeat(100);
            long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            int round = 0;
            boolean missed = false;
            while (!missed && System.nanoTime() < end) {
                round++;
                for (int i = 0; i < 1000; i++) {
                    feed.tell(reading(name + i, round, round));
                }
                quick.await("readings");
                missed = round > 60;
            }
            feed.tell(reading("last", 42, 1));
            JsonNode told = slow.await("missed");
            assertThat(told.get("readings").longValue()).isPositive();
            assertThat(slow.await("readings"))
                    .anySatisfy(r -> {
                        assertThat(r.get("sensor").textValue()).isEqualTo("last");
                        assertThat(r.get("value").doubleValue()).isEqualTo(42);
                    });
        }
    }

    @Test
    void devicesAreToldAndCounted() throws Exception {
        devices.add(device("d1", true, 1));
        devices.add(device("d2", false, 1));
        try (Follower follower = new Follower()) {
            assertThat(follower.await("devices"))
                    .extracting(
                            d -> d.get("device_id").textValue(), d -> d.get("presence").textValue())
                    .containsExactly(tuple("d1", "online"), tuple("d2", "offline"));
            JsonNode counts = follower.await("state").get("presence");
            assertThat(counts.get("online").intValue()).isEqualTo(1);
            assertThat(counts.get("offline").intValue()).isEqualTo(1);
            for (int i = 2; i <= 1000; i++) {
                feed.tell(new LiveDevice(device("d1", true, i)));
            }
            int events = 1;
            JsonNode last = follower.await("devices");
            while (!last.get(0).get("last_seen").textValue().endsWith(".001Z")) {
                last = follower.await("devices");
                events++;
            }
            assertThat(last).as("the newest of each").hasSize(1);
            assertThat(events).as("events for 1000 changes").isLessThan(50);
        }
    }

    @Test
    void followersAreBoundedAndForgotten() throws Exception {
        assertThat(feed.subscriptions()).as("nobody looks, nothing is watched").isZero();
        try (Follower first = new Follower();
                Follower second = new Follower()) {
            first.await("state");
            second.await("state");
            assertThat(feed.subscriptions()).isEqualTo(1);
            try (Socket third = connect()) {
                assertThat(
                                new BufferedReader(
                                                new InputStreamReader(
                                                        third.getInputStream(), UTF_8))
                                        .readLine())
                        .startsWith("HTTP/1.1 503 ");
            }
        }
        await().ignoreExceptions()
                .untilAsserted(() -> {
                    try (Follower fourth = new Follower()) {
                        fourth.await("state");
                    }
                });
    }

    @Test
    void whatThereWasBeforeAnybodyLookedIsThereAtOnce() throws Exception {
        feed.hold(reading("s1", 7, 5));
        JsonNode series = status().get("series");
        assertThat(series).hasSize(1);
        assertThat(series.get(0).get("value").doubleValue()).isEqualTo(7);
        assertThat(series.get(0).get("unit").textValue()).isEqualTo("°C");
        assertThat(status().get("readings_per_second").doubleValue())
                .as("what was there is not counted as what comes in")
                .isZero();
    }

    @Test
    void theStatusPaintsThePage() throws Exception {
        commands.add(command(1));
        JsonNode before = status();
        assertThat(before.get("ready").booleanValue()).isTrue();
        assertThat(before.get("series")).isEmpty();
        assertThat(before.get("history_points").intValue()).isEqualTo(LiveBoard.HISTORY_POINTS);
        feed.tell(reading("s2", 8, 5));
        feed.tell(reading("s1", 7, 5));
        JsonNode after = status();
        assertThat(after.get("series"))
                .extracting(s -> s.get("sensor").textValue())
                .containsExactly("s1", "s2");
        assertThat(after.get("devices")).hasSize(1);
        assertThat(after.get("devices").get(0).get("on").booleanValue()).isTrue();
        assertThat(after.get("commands").get(0).get("id").textValue()).isEqualTo("c1");
        await().untilAsserted(() ->
                assertThat(status().get("series").get(0).get("history")).isNotEmpty());
    }

    private JsonNode status() throws Exception {
        try (Socket socket = connect("/api/v1/status", "1.0")) {
            String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return new ObjectMapper().readTree(all.substring(all.indexOf("\r\n\r\n") + 4));
        }
    }

    private static LiveReading reading(String sensor, double value, long timestampMicros) {
        return new LiveReading(
                sensor, "temperature", value, timestampMicros, "°C", "tcp", 1, value, value, value);
    }

    private static Device device(String id, boolean online, long lastSeenMicros) {
        return new Device(
                id, online, 1, lastSeenMicros, "10.0.0.1", "MQTT 5.0", 0, "", null, null, null);
    }

    private static Command command(long sequence) {
        return TestCommands.issued("c" + sequence, "d1", sequence, 2_000_000);
    }

    private Socket connect() throws IOException {
        return connect("/api/v1/events", "1.1");
    }

    private Socket connect(String path, String version) throws IOException {
        Socket socket = new Socket();
        // Little room, so that a slow reader is slow soon.
        socket.setReceiveBufferSize(8192);
        socket.connect(door.address());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(
                        ("GET " + path + " HTTP/" + version + "\r\nHost: localhost\r\n\r\n")
                                .getBytes(UTF_8));
        return socket;
    }

    /// Reads server-sent events, past the chunks' lengths around them.
    private final class Follower implements AutoCloseable {
        private final Socket socket = connect();
        private final BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        int readingsEvents;
        private JsonNode lastCommands = new ObjectMapper().createArrayNode();
        private boolean commandsFresh;

        Follower() throws IOException {}

        JsonNode await(String name) throws IOException {
            while (true) {
                String line = in.readLine();
                if (line == null) {
                    throw new IOException("the stream ended");
                }
                if (line.startsWith("event: ")) {
                    JsonNode data = new ObjectMapper().readTree(in.readLine().substring(6));
                    String event = line.substring(7);
                    if (event.equals("readings")) {
                        readingsEvents++;
                    }
                    if (event.equals("commands") && !data.isEmpty()) {
                        lastCommands = data;
                        commandsFresh = true;
                    }
                    if (event.equals(name)) {
                        return data;
                    }
                }
            }
        }

        /// Commands that passed by already, or the next.
        JsonNode events(String name) throws IOException {
            if (!commandsFresh) {
                await(name);
            }
            commandsFresh = false;
            return lastCommands;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
