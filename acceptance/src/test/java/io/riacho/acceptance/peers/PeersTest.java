package io.riacho.acceptance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.riacho.acceptance.peers.Way.Shows;
import io.riacho.acceptance.peers.Way.Transport;
import io.riacho.acceptance.peers.Way.Version;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every client, in both versions of MQTT, over every transport that it knows, does what a gateway does:
/// it publishes readings with QoS 0, 1 and 2, subscribes its command topic, gets a command, and answers.
/// Those with TLS do it by identities that `riacho devices add` issued. One process serves all of them at
/// once, and one `riacho command` to their group orders all of them.
///
/// A client that this machine lacks is reported as not run.
@Tag("slow")
@Timeout(240)
class PeersTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "mqtt.md");
    private static final Path DEVICES = Path.of("..", "docs", "devices.md");
    private static final String GROUP = "field";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Place place;

    private static final Map<Case, CompletableFuture<Void>> RUNS = new LinkedHashMap<>();
    private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

    /// A client that comes one way.
    ///
    /// @param name of the gateway, its sensor and its device
    record Case(Peer peer, Version version, Transport transport, String name) {

        @Override
        public String toString() {
            return peer.name() + ", MQTT " + version.text() + " over " + transport.text();
        }
    }

    @BeforeAll
    static void runAll() throws Exception {
        place = new Place(directory);
        List<Case> cases = cases();
        long gateways = cases.stream().filter(PeersTest::hasTls).count();
        place.addGateways("gateway", (int) gateways);
        place.serve(
                "groups: {"
                        + GROUP
                        + ": ["
                        + String.join(", ", cases.stream().map(Case::name).toList())
                        + "]}\n");
        List<Case> runnable = cases.stream().filter(each -> each.peer().missing() == null).toList();
        CountDownLatch listening = new CountDownLatch(runnable.size());
        for (Case each : runnable) {
            RUNS.put(each, CompletableFuture.runAsync(() -> beAGateway(each, listening), THREADS));
        }
        // Who subscribes later gets it too, then.
        var _ = listening.await(20, TimeUnit.SECONDS);
        assertThat(place.command(GROUP, "on").lines()).hasSize(cases.size());
    }

    @AfterAll
    static void end() {
        THREADS.shutdownNow();
        place.close();
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        int gateways = 0;
        for (Peer peer : place.peers()) {
            for (Version version : Version.values()) {
                for (Transport transport : peer.transports()) {
                    String name =
                            transport.protocol() == null
                                    ? "plain-" + (cases.size() - gateways + 1)
                                    : "gateway-" + ++gateways;
                    cases.add(new Case(peer, version, transport, name));
                }
            }
        }
        return cases;
    }

    private static boolean hasTls(Case one) {
        return one.transport().protocol() != null;
    }

    private static void beAGateway(Case one, CountDownLatch listening) {
        boolean counted = false;
        Way way =
                place.way(
                        one.version(),
                        one.transport(),
                        hasTls(one) ? Shows.all(place.credentials(one.name())) : null);
        try (Link link = one.peer().connect(way, one.name())) {
            for (int qos = 0; qos <= 2; qos++) {
                link.publish(
                        "irrigation/sensors/" + one.name() + "/data",
                        qos,
                        "{\"value\": %d, \"timestamp\": %d}"
                                .formatted(qos, 1_767_225_600_000L + qos));
            }
            link.subscribe("irrigation/control/" + one.name() + "/command");
            listening.countDown();
            counted = true;
            JsonNode command = JSON.readTree(link.receive());
            assertThat(command.path("device_id").asText()).isEqualTo(one.name());
            assertThat(command.path("turn_on").asBoolean()).isTrue();
            link.publish(
                    "irrigation/gateway/status",
                    1,
                    JSON.createObjectNode()
                            .put("gateway_id", one.name())
                            .put("device_id", one.name())
                            .put("command_id", command.path("id").asText())
                            .toString());
        } catch (Exception e) {
            throw new IllegalStateException(one + ": " + e.getMessage(), e);
        } finally {
            if (!counted) {
                listening.countDown();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readingsAreStoredAndCommandsObeyed(Case one) throws Exception {
        Assumptions.assumeTrue(
                one.peer().missing() == null, () -> "not run: " + one.peer().missing());
        Objects.requireNonNull(RUNS.get(one)).get(90, TimeUnit.SECONDS);

        try (HttpClient client = HttpClient.newHttpClient()) {
            // What came with QoS 0 has no answer to wait for.
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(
                                            place.query(
                                                    client,
                                                    "SELECT value::INT, source FROM readings WHERE"
                                                            + " sensor = '"
                                                            + one.name()
                                                            + "' ORDER BY value"))
                                    .containsExactly("0,mqtt", "1,mqtt", "2,mqtt"));
            assertThat(
                            place.query(
                                    client,
                                    "SELECT state, turn_on, sent_at <= delivered_at, delivered_at"
                                            + " <= acknowledged_at FROM commands WHERE device = '"
                                            + one.name()
                                            + "'"))
                    .containsExactly("acknowledged,true,true,true");
        }
    }

    @Test
    void documentShowsWhatEachClientSaysWhenItIsRefused() throws Exception {
        for (Peer each : place.peers()) {
            Assumptions.assumeTrue(each.missing() == null, () -> "not run: " + each.missing());
        }
        String table = new Refusals(place, THREADS).table();
        assertThat(Files.readString(DEVICES)).as("%s lacks:%n%s", DEVICES, table).contains(table);
    }

    /// A server's certificate that is made anew, and a gateway's that is rotated.
    @Test
    void newCertificatesAreUsedWithoutARestart() throws Exception {
        List<Peer> peers = place.peers().stream().filter(each -> each.missing() == null).toList();
        List<String> names = place.addGateways("renewed", peers.size());
        Certificate before = place.shownTo(names.getFirst());
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < peers.size(); i++) {
            links.add(peers.get(i).connect(tls(names.get(i)), names.get(i)));
        }

        Files.delete(place.data().resolve("identity").resolve("server.pem"));

        await().atMost(Duration.ofSeconds(30))
                .until(() -> !place.shownTo(names.getFirst()).equals(before));
        for (int i = 0; i < peers.size(); i++) {
            links.get(i).publish("irrigation/diagnostics", 1, "{}");
            links.get(i).close();
            try (Link again = peers.get(i).connect(tls(names.get(i)), names.get(i))) {
                again.publish("irrigation/diagnostics", 1, "{}");
            }
        }

        HiveMq client = new HiveMq();
        String name = names.getFirst();
        try (Link link = client.connect(tls(name), name)) {
            place.riacho(
                    "devices",
                    "rotate",
                    name,
                    "--overlap=0s",
                    "--data=" + place.data(),
                    "--out=credentials");
            assertThat(link.disconnection()).isEqualTo("Server sent DISCONNECT.");
        }
        assertThatThrownBy(() -> client.connect(tls(name + ".previous"), name))
                .isInstanceOf(SaidException.class)
                .hasMessageContaining("NOT_AUTHORIZED");
        try (Link renewed = client.connect(tls(name), name)) {
            renewed.publish("irrigation/diagnostics", 1, "{}");
        }
    }

    private static Way tls(String name) {
        return place.way(Version.MQTT_5, Transport.TLS_1_3, Shows.all(place.credentials(name)));
    }

    @Test
    void documentShowsWhatIsRun() throws Exception {
        StringBuilder table = new StringBuilder("| client |");
        for (Transport transport : Transport.values()) {
            table.append(' ').append(transport.text()).append(" |");
        }
        table.append("\n|---|").append("---|".repeat(Transport.values().length)).append('\n');
        for (Peer peer : place.peers()) {
            table.append("| ").append(peer.name()).append(" |");
            for (Transport transport : Transport.values()) {
                List<String> versions =
                        cases().stream()
                                .filter(each ->
                                        each.peer().equals(peer) && each.transport() == transport)
                                .map(each -> each.version().text())
                                .toList();
                table.append(versions.isEmpty() ? " –" : " " + String.join(", ", versions))
                        .append(" |");
            }
            table.append('\n');
        }
        assertThat(Files.readString(DOCUMENT)).as("%s lacks:%n%s", DOCUMENT, table).contains(table);
    }
}
