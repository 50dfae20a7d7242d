package io.riacho.doors.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.riacho.api.commands.CommandServices;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides;
import io.riacho.api.commands.Updates;
import io.riacho.api.health.Readiness;
import io.riacho.api.query.Queries;
import io.riacho.api.query.QueryFailedException;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.dashboard.Dashboard;
import io.riacho.http.HttpOptions;
import io.riacho.net.EventLoops;
import io.riacho.testkit.CommandsInMemory;
import io.riacho.testkit.DevicesInMemory;
import io.riacho.testkit.FeedThatTellsWhenTold;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import io.riacho.testkit.OverridesThatAreAnsweredAtOnce;
import io.riacho.testkit.QueriesThatAnswerWhatIsGiven;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpDoorTest {

    private static final String GOOD = "{\"sensor_id\":\"s1\",\"value\":21.5}";

    private final IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
    private final FeedThatTellsWhenTold feed = new FeedThatTellsWhenTold();
    private final CommandsInMemory commands = new CommandsInMemory();
    private final OverridesThatAreAnsweredAtOnce orders = new OverridesThatAreAnsweredAtOnce();
    private final QueriesThatAnswerWhatIsGiven queries = new QueriesThatAnswerWhatIsGiven();
    private final PrometheusMeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final EventLoops loops = EventLoops.start(2);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile Readiness.State readiness = Readiness.State.READY;
    private HttpDoor door = start(HttpOptions.with(Map.of()));

    @AfterEach
    void close() {
        client.shutdownNow();
        intake.makeRoom();
        intake.ackAtOnce();
        door.close();
        loops.close();
    }

    // --- readings

    @Test
    void aReadingIsAnsweredOnceItIsDurable() throws Exception {
        var answer = client.sendAsync(post(GOOD).build(), BodyHandlers.ofString());
        await().until(() -> intake.waiting() == 1);
        assertThat(answer).isNotDone();
        intake.ackNext();
        assertThat(answer.join().statusCode()).isEqualTo(200);
        assertThat(answer.join().body()).isEqualTo("{\"stored\":1}");
        assertThat(intake.readings())
                .containsExactly(
                        new IntakeThatAcksWhenTold.Received("s1", "temperature", 21.5, 0, ""));
    }

    @Test
    void badReadingsAreListedByTheirPlaceAndTheOthersStored() throws Exception {
        // Of six, the door refuses 1 and 4, and the intake 0 and 5 (its own 0 and 3).
        intake.refuseBy(_ -> List.of(new Refusal(0, "too old"), new Refusal(3, "too new")));
        intake.ackAtOnce();
        String bad = "{\"sensor_id\":\"s1\"}";
        String body = "[" + String.join(",", GOOD, bad, GOOD, GOOD, bad, GOOD) + "]";
        HttpResponse<String> answer = send(post(body));
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode json = new ObjectMapper().readTree(answer.body());
        assertThat(json.get("stored").intValue()).isEqualTo(2);
        assertThat(json.get("rejected").toString())
                .isEqualTo(
                        "[{\"index\":0,\"reason\":\"too old\"},"
                                + "{\"index\":1,\"reason\":\"value is missing\"},"
                                + "{\"index\":4,\"reason\":\"value is missing\"},"
                                + "{\"index\":5,\"reason\":\"too new\"}]");
        assertThat(intake.readings()).hasSize(4);
    }

    @Test
    void nothingGoodNeedsNoDisk() throws Exception {
        assertThat(send(post("[]")).body()).isEqualTo("{\"stored\":0}");
        HttpResponse<String> answer = send(post("{\"sensor_id\":\"s1\"}"));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"stored\":0,\"rejected\":[{\"index\":0,\"reason\":\"value is"
                                + " missing\"}]}");
        assertThat(intake.submissions()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | {{ | 400 | not valid JSON",
                "application/json | '' | 400 | the message is empty",
                "text/csv | a,b | 415 | the content type 'text/csv' is not known here; send Content-Type: application/json",
                "application/x-www-form-urlencoded | a=b | 415 | send Content-Type: application/json",
            })
    void aBodyThatIsNotReadingsSaysWhatToDo(String type, String body, int status, String detail)
            throws Exception {
        HttpResponse<String> answer =
                send(
                        request("/api/v1/readings")
                                .header("content-type", type)
                                .POST(BodyPublishers.ofString(body)));
        assertProblem(answer, status, detail);
    }

    @Test
    void aBodyMayBeGzip() throws Exception {
        intake.ackAtOnce();
        byte[] body = gzip(("[" + GOOD + "," + GOOD + "]").getBytes(UTF_8));
        HttpResponse<String> answer = send(postBytes(body).header("content-encoding", "gzip"));
        assertThat(answer.body()).isEqualTo("{\"stored\":2}");
        assertProblem(
                send(postBytes(new byte[] {1, 2, 3}).header("content-encoding", "gzip")),
                400,
                "the body is not gzip");
        byte[] cut = java.util.Arrays.copyOf(body, body.length - 9);
        assertProblem(
                send(postBytes(cut).header("content-encoding", "gzip")),
                400,
                "the body is not gzip");
        assertProblem(
                send(postBytes(body).header("content-encoding", "br")),
                415,
                "the content encoding 'br' is not known");
    }

    @Test
    void aBodyIsBoundedAlsoInflated() throws Exception {
        restart(
                new HttpOptions(
                        null,
                        0,
                        100_000,
                        10,
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(9),
                        10,
                        new HttpOptions.Fixed(
                                Set.of(),
                                300_000,
                                2,
                                Duration.ofSeconds(9),
                                Duration.ofSeconds(9))));
        intake.ackAtOnce();
        byte[] large = (GOOD + " ".repeat(5_000_000)).getBytes(UTF_8);
        assertProblem(send(postBytes(large)), 413, "the body is larger than 100000 bytes");
        assertProblem(
                send(postBytes(gzip(large)).header("content-encoding", "gzip")),
                413,
                "the body inflates to more than 100000 bytes");
        // Without a length, in chunks.
        HttpRequest.Builder chunked =
                request("/api/v1/readings")
                        .header("content-type", "application/json")
                        .POST(
                                BodyPublishers.ofInputStream(
                                        () -> new java.io.ByteArrayInputStream(large)));
        assertProblem(send(chunked), 413, "the body is larger than 100000 bytes");
        byte[] largest = (GOOD + " ".repeat(100_000 - GOOD.length())).getBytes(UTF_8);
        assertThat(send(postBytes(largest)).statusCode()).isEqualTo(200);
        await().untilAsserted(() ->
                assertThat(meters.get("riacho.http.body.bytes").gauge().value()).isZero());
    }

    @Test
    void aLargeBodyIsStoredWhole() throws Exception {
        intake.ackAtOnce();
        String body = "[" + (GOOD + ",").repeat(19_999) + GOOD + "]";
        assertThat(send(post(body)).body()).isEqualTo("{\"stored\":20000}");
        assertThat(intake.readings()).hasSize(20_000);
    }

    @Test
    void aFullIntakeHoldsTheRequestUpAndThenRefusesIt() throws Exception {
        restart(
                new HttpOptions(
                        null,
                        0,
                        100_000,
                        10,
                        Duration.ofSeconds(9),
                        Duration.ofMillis(300),
                        10,
                        new HttpOptions.Fixed(
                                Set.of(),
                                300_000,
                                2,
                                Duration.ofSeconds(9),
                                Duration.ofSeconds(9))));
        intake.ackAtOnce();
        intake.fill();
        HttpResponse<String> refused = send(post(GOOD));
        assertProblem(refused, 503, "there is no room for readings");
        assertThat(refused.headers().firstValue("retry-after")).contains("5");
        assertThat(intake.submissions()).isZero();
        for (int i = 0; i < 3; i++) {
            assertThat(send(post(GOOD)).statusCode()).isEqualTo(503);
        }
        assertThat(intake.paused()).as("those that gave up leave nothing behind").isEqualTo(1);

        var waiting = client.sendAsync(post(GOOD).build(), BodyHandlers.ofString());
        intake.makeRoom();
        assertThat(waiting.join().statusCode()).isEqualTo(200);
        assertThat(send(post(GOOD)).statusCode()).isEqualTo(200);
    }

    @Test
    void aFailureIsUnavailable() throws Exception {
        var answer = client.sendAsync(post(GOOD).build(), BodyHandlers.ofString());
        await().until(() -> intake.waiting() == 1);
        intake.failAll(new Failure(Failure.Kind.DISK_FULL, "the disk is full"));
        assertProblem(answer.join(), 503, "the disk is full");
        assertThat(answer.join().headers().firstValue("retry-after")).contains("30");
    }

    // --- HTTP itself

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        intake.ackAtOnce();
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            String body = "[" + (GOOD + ",").repeat(i % 5) + GOOD + "]";
            requests.append(
                    raw("POST", "/api/v1/readings", "Content-Type: application/json", body));
            requests.append(raw("GET", "/healthz", "X: y", ""));
        }
        try (Socket socket = connect()) {
            CompletableFuture<Void> sending = write(socket, requests.toString());
            for (int i = 0; i < 500; i++) {
                assertThat(readAnswer(socket)).endsWith("{\"stored\":" + (i % 5 + 1) + "}");
                assertThat(readAnswer(socket)).endsWith("\r\n\r\nok\n");
            }
            sending.join();
        }
    }

    @Test
    void aRequestMayComeByteByByte() throws Exception {
        intake.ackAtOnce();
        try (Socket socket = connect()) {
            socket.setTcpNoDelay(true);
            for (byte b :
                    raw("POST", "/api/v1/readings", "Content-Type: application/json", GOOD)
                            .getBytes(UTF_8)) {
                socket.getOutputStream().write(b);
            }
            assertThat(readAnswer(socket)).startsWith("HTTP/1.1 200 OK").endsWith("{\"stored\":1}");
        }
    }

    @Test
    void theClientMayWaitForContinue() throws Exception {
        intake.ackAtOnce();
        try (Socket socket = connect()) {
            String request =
                    raw(
                            "POST",
                            "/api/v1/readings",
                            "Content-Type: application/json\r\nExpect: 100-continue",
                            GOOD);
            int split = request.length() - GOOD.length();
            write(socket, request.substring(0, split)).join();
            assertThat(readHead(socket)).startsWith("HTTP/1.1 100 Continue");
            write(socket, request.substring(split)).join();
            assertThat(readAnswer(socket)).startsWith("HTTP/1.1 200 OK");
            write(socket, raw("GET", "/healthz", "Expect: the-unexpected", "")).join();
            assertThat(readAnswer(socket)).startsWith("HTTP/1.1 417 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1\\r\\n\\r\\n | 400 | one Host header is needed",
                "GET / HTTP/1.1\\r\\nHost: localhost\\r\\nHost: localhost\\r\\n\\r\\n | 400 | one Host header is needed",
                "GET / HTTP/1.1\\r\\nHost: evil.example\\r\\n\\r\\n | 421 | is not known as 'evil.example'",
                "GET / HTTP/1.1\\r\\nHost: localhost\\r\\nOrigin: http://evil.example\\r\\n\\r\\n | 403 | requests from pages of other sites",
                "GET / HTTP/1.1\\r\\nHost: localhost\\r\\nSec-Fetch-Site: cross-site\\r\\n\\r\\n | 403 | requests from pages of other sites",
                "GET /nothing HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n | 404 | there is nothing at /nothing",
                "GET /../web/app.js HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n | 404 | there is nothing at",
                "GET /..%2f..%2fetc/passwd HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n | 404 | there is nothing at",
                "GET /%zz HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n | 400 | broken % escape",
                "DELETE /api/v1/readings HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n | 405 | DELETE is not possible at /api/v1/readings; use POST",
                "POST /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: 2\\r\\n\\r\\nhi | 405 | use GET, HEAD",
                "GIBBERISH\\r\\n\\r\\n | 400 | this is not HTTP/1.1",
                "GET / HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: x\\r\\n\\r\\n | 400 | this is not HTTP/1.1",
            })
    void wrongRequestsSayWhatIsWrong(String request, int status, String detail) throws Exception {
        try (Socket socket = connect()) {
            write(socket, request.replace("\\r\\n", "\r\n")).join();
            String answer = readAnswer(socket);
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answer).contains("content-type: application/problem+json");
            JsonNode json =
                    new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
            assertThat(json.get("status").intValue()).isEqualTo(status);
            assertThat(json.get("detail").textValue()).contains(detail);
        }
    }

    @Test
    void headersAreBounded() throws Exception {
        try (Socket socket = connect()) {
            write(socket, raw("GET", "/healthz", "X: " + "y".repeat(20_000), ""));
            assertThat(readAnswer(socket)).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void headIsGetWithoutTheBody() throws Exception {
        try (Socket socket = connect()) {
            write(socket, raw("HEAD", "/healthz", "X: y", "") + raw("GET", "/healthz", "X: y", ""))
                    .join();
            assertThat(readHead(socket)).contains("content-length: 3\r\n");
            assertThat(readAnswer(socket)).endsWith("\r\n\r\nok\n");
        }
    }

    @Test
    void aSlowRequestIsCutOff() throws Exception {
        restart(
                new HttpOptions(
                        null,
                        0,
                        100_000,
                        10,
                        Duration.ofMillis(400),
                        Duration.ofSeconds(9),
                        10,
                        new HttpOptions.Fixed(
                                Set.of(),
                                300_000,
                                2,
                                Duration.ofMillis(500),
                                Duration.ofSeconds(1))));
        try (Socket trickle = connect();
                Socket idle = connect();
                Socket body = connect()) {
            write(
                            body,
                            "POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                    .join();
            long start = System.nanoTime();
            try {
                while (System.nanoTime() - start < 10_000_000_000L) {
                    trickle.getOutputStream().write('G');
                    trickle.getOutputStream().flush();
                    await().pollDelay(Duration.ofMillis(50)).until(() -> true);
                }
            } catch (IOException e) {
                // The server had enough.
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(5));
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(readAnswer(body)).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void connectionsAreBounded() throws Exception {
        restart(
                new HttpOptions(
                        null,
                        0,
                        100_000,
                        1,
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(9),
                        10,
                        new HttpOptions.Fixed(
                                Set.of(),
                                300_000,
                                2,
                                Duration.ofSeconds(9),
                                Duration.ofSeconds(1))));
        try (Socket first = connect()) {
            write(first, raw("GET", "/healthz", "X: y", "")).join();
            assertThat(readAnswer(first)).endsWith("ok\n");
            try (Socket second = connect()) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void closingAnswersWhatIsUnderWay() throws Exception {
        var answer = client.sendAsync(post(GOOD).build(), BodyHandlers.ofString());
        await().until(() -> intake.waiting() == 1);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(door::close);
        await().pollDelay(Duration.ofMillis(100)).until(() -> !closing.isDone());
        intake.ackAll();
        assertThat(answer.join().body()).isEqualTo("{\"stored\":1}");
        closing.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/senml+json"})
    void senmlIsTakenByItsMediaTypeOrShape(String type) throws Exception {
        intake.ackAtOnce();
        HttpResponse<String> answer =
                send(
                        post("[{\"bn\":\"s1/\",\"n\":\"humidity\",\"u\":\"%RH\",\"v\":41}]")
                                .setHeader("content-type", type));
        assertThat(answer.body()).isEqualTo("{\"stored\":1}");
        assertThat(intake.readings())
                .containsExactly(
                        new IntakeThatAcksWhenTold.Received("s1", "humidity", 41, 0, "%RH"));
    }

    // --- what is stored

    @Test
    void seriesComeAsJsonOrCsv() throws Exception {
        queries.answer(
                List.of(
                        new Queries.Column("sensor", "VARCHAR"),
                        new Queries.Column("mean", "DOUBLE")),
                List.of(List.of("a,\"b", 1.5), java.util.Arrays.asList("c", null)));
        HttpResponse<String> json = send(request("/api/v1/series"));
        assertThat(json.headers().firstValue("content-type")).contains("application/json");
        assertThat(json.body())
                .isEqualTo(
                        "{\"series\":[{\"sensor\":\"a,\\\"b\",\"mean\":1.5},"
                                + "{\"sensor\":\"c\",\"mean\":null}],\"truncated\":false}\n");
        String csv = "sensor,mean\r\n\"a,\"\"b\",1.5\r\nc,\r\n";
        assertThat(send(request("/api/v1/series?format=csv")).body()).isEqualTo(csv);
        assertThat(send(request("/api/v1/series").header("accept", "text/csv")).body())
                .isEqualTo(csv);
        assertThat(send(request("/api/v1/series?limit=1")).body()).contains("\"truncated\":true");
        await().until(() -> queries.open() == 0);
    }

    @Test
    void aRangeIsAskedForBySeriesAndTime() throws Exception {
        queries.answer(
                List.of(new Queries.Column("timestamp", "TIMESTAMP WITH TIME ZONE")),
                List.of(List.of(Instant.parse("2025-11-20T20:00:00.000001Z"))));
        HttpResponse<String> answer =
                send(
                        request(
                                "/api/v1/series/it's%20%2B1/soil%20moisture/readings"
                                        + "?from=2025-11-20T20:00:00Z&to=1763668801000&limit=5"));
        assertThat(answer.body())
                .isEqualTo(
                        "{\"readings\":[{\"timestamp\":\"2025-11-20T20:00:00.000001Z\"}],"
                                + "\"truncated\":false}\n");
        assertThat(queries.asked())
                .containsExactly(
                        "SELECT timestamp, value, unit, source, received_at FROM readings WHERE"
                                + " sensor = 'it''s +1' AND metric = 'soil moisture'"
                                + " AND timestamp >= make_timestamptz(1763668800000000)"
                                + " AND timestamp < make_timestamptz(1763668801000000)"
                                + " ORDER BY timestamp");
        assertThat(send(request("/api/v1/series/a/b/rollups?interval=1h'--")).statusCode())
                .isEqualTo(200);
        assertThat(queries.asked().getLast()).contains("interval = '1h''--'");
        assertProblem(
                send(request("/api/v1/series/a/b/readings?from=yesterday")),
                400,
                "from is neither epoch milliseconds nor RFC 3339");
        assertProblem(
                send(request("/api/v1/series/a/b/readings?limit=0")),
                400,
                "limit is a number from 1 to 100000");
    }

    @Test
    void sqlComesByQueryOrBody() throws Exception {
        queries.answer(
                List.of(new Queries.Column("n", "INTEGER"), new Queries.Column("x", "DOUBLE")),
                List.of(List.of(1L, Double.NaN)));
        String expected =
                "{\"columns\":[{\"name\":\"n\",\"type\":\"INTEGER\"},"
                        + "{\"name\":\"x\",\"type\":\"DOUBLE\"}],"
                        + "\"rows\":[[1,null]],\"truncated\":false}\n";
        assertThat(send(request("/api/v1/query?sql=SELECT+1")).body()).isEqualTo(expected);
        assertThat(
                        send(request("/api/v1/query")
                                        .header("content-type", "application/json")
                                        .POST(BodyPublishers.ofString("{\"sql\": \"SELECT 2\"}")))
                                .body())
                .isEqualTo(expected);
        assertThat(send(request("/api/v1/query").POST(BodyPublishers.ofString("SELECT 3"))).body())
                .isEqualTo(expected);
        assertThat(queries.asked()).containsExactly("SELECT 1", "SELECT 2", "SELECT 3");
        assertProblem(send(request("/api/v1/query")), 400, "there is no SQL");
    }

    @ParameterizedTest
    @CsvSource({"INVALID, 400", "TOO_SLOW, 422", "BUSY, 503", "FAILED, 503"})
    void aQueryThatFailsSaysWhoseFaultItIs(QueryFailedException.Kind kind, int status)
            throws Exception {
        queries.fail(new QueryFailedException(kind, "why it failed"));
        assertProblem(send(request("/api/v1/query?sql=x")), status, "why it failed");
    }

    @Test
    void aLongAnswerComesInChunks() throws Exception {
        queries.answer(
                List.of(new Queries.Column("text", "VARCHAR")),
                List.of(List.of("x".repeat(1000))),
                5000);
        HttpResponse<String> answer = send(request("/api/v1/query?sql=x&format=csv"));
        assertThat(answer.headers().firstValue("transfer-encoding")).contains("chunked");
        assertThat(answer.body()).hasSize("text\r\n".length() + 5000 * 1002);
        // A client of HTTP/1.0 gets it until the connection closes.
        try (Socket socket = connect()) {
            write(socket, "GET /api/v1/query?sql=x&format=csv HTTP/1.0\r\n\r\n").join();
            byte[] all = socket.getInputStream().readAllBytes();
            assertThat(new String(all, UTF_8)).doesNotContain("chunked").endsWith("x\r\n");
            assertThat(all.length).isBetween(5_010_000, 5_011_000);
        }
        await().until(() -> queries.open() == 0);
    }

    @Test
    void workIsBounded() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        queries.holdUp(go);
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            answers.add(
                    client.sendAsync(
                            request("/api/v1/query?sql=x").build(), BodyHandlers.ofString()));
        }
        // Four workers, sixteen who wait, twenty too many.
        await().until(() -> answers.stream().filter(CompletableFuture::isDone).count() == 20);
        go.countDown();
        assertThat(answers.stream().map(a -> a.join().statusCode()).sorted())
                .startsWith(200)
                .endsWith(503)
                .filteredOn(status -> status == 503)
                .hasSize(20);
    }

    // --- how it is

    @Test
    void healthReadinessAndMetrics() throws Exception {
        assertThat(send(request("/healthz")).body()).isEqualTo("ok\n");
        assertThat(send(request("/readyz")).body()).isEqualTo("ready\n");
        readiness = Readiness.State.notReady("the disk is full");
        assertProblem(send(request("/readyz")), 503, "the disk is full");
        assertThat(send(request("/healthz")).statusCode()).isEqualTo(200);
        assertThat(send(request("/metrics")).body()).contains("riacho_http_connections 1");
    }

    @Test
    void ordersGoToDevicesAndGroups() throws Exception {
        assertThat(send(order("{\"device_id\":\"pump\",\"turn_on\":true,\"for\":\"10m\"}")).body())
                .isEqualTo("{\"commands\":[]}");
        assertThat(send(order("{\"group\":\"north\",\"turn_on\":false}")).statusCode())
                .isEqualTo(200);
        assertThat(send(order("{\"device_id\":\"north\",\"auto\":true}")).statusCode())
                .isEqualTo(200);
        assertThat(orders.orders())
                .containsExactly(
                        new OverrideRequest.SetOverride(
                                List.of("pump"), true, Duration.ofMinutes(10)),
                        new OverrideRequest.SetOverride(List.of("p1", "p2"), false, null),
                        new OverrideRequest.ClearOverride(List.of("p1", "p2")));
        orders.answerWith(Overrides.Answer.TOO_MANY_DEVICES);
        assertProblem(send(order("{\"device_id\":\"x\",\"turn_on\":true}")), 409, "devices.max");
        orders.answerWith(Overrides.Answer.FAILED);
        assertProblem(send(order("{\"device_id\":\"x\",\"turn_on\":true}")), 503, "again");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"device_id":"x"}                                | either "turn_on" or "auto"
                    {"device_id":"x","turn_on":true,"auto":true}     | either "turn_on" or "auto"
                    {"device_id":"x","turn_on":"on"}                 | 'turn_on' is neither true nor false
                    {"device_id":"x","auto":true,"for":"5m"}         | "for" goes with "turn_on"
                    {"device_id":"x","turn_on":true,"for":"5"}       | is not a duration
                    {"device_id":"x","turn_on":true,"for":"0s"}      | more than nothing
                    {"device_id":"x","turn_on":true,"for":"900d"}    | at most 366d
                    {"device_id":"x","turn_on":true,"form":"5m"}     | 'form' is not known
                    {"device_id":"x","device_id":"y","turn_on":true} | not valid JSON
                    {"device_id":"a/b","turn_on":true}               | must not contain '/'
                    {"device_id":7,"turn_on":true}                   | 'device_id' is not a text
                    {"device_id":"x","group":"north","turn_on":true} | either "device_id" or "group"
                    {"turn_on":true}                                 | either "device_id" or "group"
                    {"group":"south","turn_on":true}                 | there is no group 'south'
                    {"device_id":"x","turn_on":true} {}              | is expected
                    [{"device_id":"x","turn_on":true}]               | is expected
                    {"device_id":"x","turn_on":tru                   | not valid JSON
                    """)
    void ordersThatMakeNoSenseAreRefusedWithTheReason(String body, String reason) throws Exception {
        assertProblem(send(order(body)), 400, reason);
        assertThat(orders.orders()).isEmpty();
    }

    private HttpRequest.Builder order(String json) {
        return request("/api/v1/commands")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(json));
    }

    @Test
    void thePageIsSafeAndComesOnce() throws Exception {
        HttpResponse<String> page = send(request("/"));
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("content-security-policy").orElse(""))
                .contains("default-src 'none'")
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(page.body()).contains("/web/app.js").doesNotContain("http://", "https://");
        String tag = page.headers().firstValue("etag").orElseThrow();
        HttpResponse<String> again = send(request("/").header("if-none-match", tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        Map<String, String> types =
                Map.of(
                        "/web/app.css", "text/css; charset=utf-8",
                        "/web/app.js", "text/javascript; charset=utf-8",
                        "/web/icon.svg", "image/svg+xml");
        for (String file : types.keySet()) {
            HttpResponse<String> answer = send(request(file));
            assertThat(answer.statusCode()).as(file).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).contains(types.get(file));
        }
        assertThat(send(request("/web/index.html")).statusCode()).isEqualTo(404);
        JsonNode api = new ObjectMapper().readTree(send(request("/openapi.json")).body());
        assertThat(api.get("openapi").textValue()).isEqualTo("3.1.0");
    }

    // --- helpers

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private void restart(HttpOptions options) {
        door.close();
        meters.clear();
        door = start(options);
    }

    private HttpDoor start(HttpOptions options) {
        try {
            return HttpDoor.start(
                    options,
                    loopback(),
                    new HttpDoor.Services(
                            intake,
                            new SeriesTable(100),
                            new CommandServices(
                                    commands,
                                    orders,
                                    new DeviceGroups(Map.of("north", List.of("p1", "p2"))),
                                    new DevicesInMemory(),
                                    Updates.NONE),
                            queries,
                            meters),
                    List.of(
                            new Dashboard(
                                    loops.workers().next(),
                                    new Dashboard.Sources(
                                            feed,
                                            commands,
                                            new DevicesInMemory(),
                                            () -> readiness,
                                            meters.timer("commits"),
                                            meters),
                                    options.eventStreamsMax())),
                    loops,
                    null);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://localhost:" + door.address().getPort() + path))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpRequest.Builder post(String json) {
        return postBytes(json.getBytes(UTF_8));
    }

    private HttpRequest.Builder postBytes(byte[] body) {
        return request("/api/v1/readings")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofByteArray(body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String detail)
            throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type"))
                .contains("application/problem+json");
        JsonNode json = new ObjectMapper().readTree(answer.body());
        assertThat(json.get("status").intValue()).isEqualTo(status);
        assertThat(json.get("detail").textValue()).contains(detail);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(door.address().getAddress(), door.address().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String raw(String method, String path, String header, String body) {
        String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
        return method
                + " "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\n"
                + header
                + "\r\n"
                + length
                + "\r\n"
                + body;
    }

    private static CompletableFuture<Void> write(Socket socket, String text) {
        return CompletableFuture.runAsync(() -> {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(text.getBytes(UTF_8));
                out.flush();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String readHead(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed after: " + head);
            }
            head.append((char) b);
        }
        return head.toString();
    }

    /// An answer with a length: its head and its body.
    private static String readAnswer(Socket socket) throws IOException {
        String head = readHead(socket);
        int at = head.indexOf("content-length: ") + "content-length: ".length();
        int length = Integer.parseInt(head.substring(at, head.indexOf("\r\n", at)));
        return head + new String(socket.getInputStream().readNBytes(length), UTF_8);
    }
}
