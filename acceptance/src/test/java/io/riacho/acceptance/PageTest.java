package io.riacho.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The live page in a real browser, as a person sees it. Pictures of it are in `target/pictures`.
@Tag("slow")
class PageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// The demo's rule, in a hurry: valves open within seconds of the first reading.
    private static final String HASTY_RULES =
            """
            simulate: true
            rules:
              - name: cool-the-field
                metric: temperature
                sensors: ["field-*"]
                over: 2s
                when: average > 5
                command: {device: "{sensor}", turn_on: true}
            """;

    @TempDir static Path directory;

    private static Browser browser;

    @BeforeAll
    static void startTheBrowser() {
        assumeThat(Browser.missing()).as("not run: programs that are not installed").isEmpty();
        browser = Browser.start();
    }

    @BeforeEach
    void leaveThePageOfAServerThatIsGone() {
        browser.open(URI.create("about:blank"));
        browser.complaints();
    }

    @AfterAll
    static void endIt() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void whatIsStoredIsSeenAtOnceWithoutANewReading() throws Exception {
        Path log = directory.resolve("still.log");
        try (ServerProcess server = ServerProcess.start(directory.resolve("still"), log)) {
            post(server, reading("greenhouse", "temperature", 31.5, "°C"));
            post(server, reading("greenhouse", "humidity", 60, "%"));
            browser.screen(1280, 800, false);
            browser.open(server.http("/"));
            await().atMost(PATIENCE).until(() -> browser.texts(".tile").size() == 2);
            assertThat(browser.texts(".tile .name")).containsOnly("greenhouse");
            assertThat(browser.texts(".tile .number")).containsExactly("60.0", "31.5");
            assertThat(browser.texts(".tile .unit")).containsExactly("%", "°C");
            assertThat(browser.texts(".tile .source")).containsOnly("http");
            assertThat(browser.text("#connection-text")).isEqualTo("Live");
            // The default rule: above 25 on average.
            await().atMost(PATIENCE).until(() -> browser.text("#devices").contains("greenhouse"));
            assertThat(browser.text("#commands")).contains("greenhouse").contains("31.5");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void aDeviceIsSeenToComeGoAndComplain() throws Exception {
        Path log = directory.resolve("devices.log");
        try (ServerProcess server = ServerProcess.start(directory.resolve("devices"), log)) {
            browser.screen(1280, 800, false);
            browser.open(server.http("/"));
            await().atMost(PATIENCE).until(() -> browser.text("#connection-text").equals("Live"));
            assertThat(browser.element("#gateways-box").isDisplayed()).isFalse();
            Mqtt5BlockingClient pump =
                    MqttClient.builder()
                            .useMqttVersion5()
                            .identifier("pump-house")
                            .serverAddress(server.address("mqtt"))
                            .buildBlocking();
            pump.connect();
            pump.subscribeWith().topicFilter("irrigation/control/pump-house/command").send();
            await().atMost(PATIENCE)
                    .until(() -> browser.texts("#gateways .state").equals(List.of("online")));
            assertThat(browser.text("#gateways")).contains("pump-house").contains("MQTT 5");
            pump.publishWith()
                    .topic("irrigation/errors")
                    .payload("the filter is <b>blocked</b>".getBytes(UTF_8))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
            await().atMost(PATIENCE)
                    .until(() ->
                            browser.text("#gateways").contains("the filter is <b>blocked</b>"));
            await().atMost(PATIENCE).until(() -> browser.text("#online").equals("1 / 1"));
            pump.disconnect();
            await().atMost(PATIENCE)
                    .until(() -> browser.texts("#gateways .state").equals(List.of("offline")));
            await().atMost(PATIENCE).until(() -> browser.text("#online").equals("0 / 1"));
            lookAt("devices");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void anEmptyServerSaysHowToSendTheFirstReading() throws Exception {
        Path log = directory.resolve("empty.log");
        try (ServerProcess server = ServerProcess.start(directory.resolve("empty"), log)) {
            browser.screen(1280, 800, false);
            browser.open(server.http("/"));
            await().atMost(PATIENCE)
                    .until(() ->
                            browser.element("#empty").isDisplayed()
                                    && browser.element("#no-commands").isDisplayed());
            assertThat(browser.text("#example"))
                    .startsWith("curl --json")
                    .endsWith(server.http("/api/v1/readings").toString());
            browser.assertReadable();
            browser.picture("empty");
            server.terminate();
            await().atMost(PATIENCE).until(() -> browser.text("#connection-text").contains("lost"));
        }
    }

    @Test
    void aRunningFieldIsLive() throws Exception {
        Path config = Files.writeString(directory.resolve("demo.yaml"), HASTY_RULES);
        Path log = directory.resolve("demo.log");
        try (ServerProcess demo =
                ServerProcess.startDemo(
                        directory.resolve("demo-data"), log, "--config", config.toString())) {
            browser.language("en-US");
            browser.screen(1440, 1000, false);
            browser.dark(false);
            browser.open(demo.http("/"));
            await().atMost(PATIENCE).until(() -> browser.texts(".tile").size() >= 40);
            await().atMost(PATIENCE).until(() -> browser.texts("#commands .command").size() >= 10);
            await().atMost(PATIENCE)
                    .until(() -> browser.text("#commands .badge").contains("acknowledged"));
            assertThat(browser.texts("#devices .device .state")).contains("on");
            assertThat(browser.texts(".tile .unit")).contains("°C", "%").doesNotContain("");
            assertThat(browser.texts(".tile .foot")).allMatch(text -> text.contains("average"));
            assertThat(browser.texts(".tile .source")).contains("tcp", "http", "grpc");
            Set<String> seen = new HashSet<>();
            await().atMost(PATIENCE)
                    .until(() -> {
                        seen.add(browser.texts(".tile .number").getFirst());
                        return seen.size() >= 3;
                    });
            await().atMost(PATIENCE).until(() -> Double.parseDouble(browser.text("#rate")) > 1);

            lookAt("desktop-light");
            browser.dark(true);
            lookAt("desktop-dark");
            browser.screen(390, 844, true);
            lookAt("phone-dark");
            browser.element(".jump a[href='#commands-title']").click();
            await().atMost(PATIENCE)
                    .until(() ->
                            (Boolean)
                                    browser.run(
                                            "return document.querySelector('#commands').getBoundingClientRect().top < innerHeight"));
            lookAt("phone-commands");
            browser.dark(false);
            lookAt("phone-light");
            browser.screen(1440, 1000, false);
            aSensorIsFoundAndOpened();
            theReadersLanguageIsSpoken(demo);
            assertThat(browser.complaints()).isEmpty();
        }
    }

    private static void lookAt(String name) throws Exception {
        // Colours and widths have settled when two frames were painted.
        browser.run(
                "window.painted = 0; requestAnimationFrame(() => requestAnimationFrame(() => painted = 1))");
        await().atMost(PATIENCE).until(() -> browser.run("return window.painted").equals(1L));
        browser.assertReadable();
        browser.picture(name);
    }

    private static void aSensorIsFoundAndOpened() throws Exception {
        String name = browser.texts(".tile .name").getLast();
        browser.element("#filter").sendKeys(name);
        await().atMost(PATIENCE)
                .until(() -> Set.copyOf(browser.texts(".tile .name")).equals(Set.of(name)));
        browser.element(".tile").click();
        assertThat(browser.text("#detail-title")).isEqualTo(name);
        assertThat(browser.element("#detail").isDisplayed()).isTrue();
        assertThat(browser.texts("#detail-figures dd")).hasSize(5);
        lookAt("detail");
        browser.element("#detail-close").sendKeys(Keys.ESCAPE);
        await().atMost(PATIENCE).until(() -> !browser.element("#detail").isDisplayed());
    }

    private static void theReadersLanguageIsSpoken(ServerProcess demo) throws Exception {
        browser.language("pt-BR");
        browser.open(demo.http("/"));
        assertThat(browser.text("#sensors-title")).isEqualTo("Sensores");
        assertThat(browser.run("return document.documentElement.lang")).isEqualTo("pt-BR");
        await().atMost(PATIENCE).until(() -> browser.texts(".tile").size() >= 40);
        lookAt("portuguese");
        browser.language("en-US");
    }

    private static String reading(String sensor, String metric, double value, String unit) {
        return "{\"sensor_id\":\"%s\",\"metric\":\"%s\",\"value\":%s,\"unit\":\"%s\"}"
                .formatted(sensor, metric, value, unit);
    }

    private static void post(ServerProcess server, String json) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var response =
                    client.send(
                            HttpRequest.newBuilder(server.http("/api/v1/readings"))
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(json))
                                    .build(),
                            BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        }
    }
}
