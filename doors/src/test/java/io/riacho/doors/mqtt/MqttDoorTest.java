package io.riacho.doors.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.mqtt.MqttOptions.Transport;
import io.riacho.doors.topics.ErrorReports;
import io.riacho.doors.topics.TopicListener;
import io.riacho.formats.RiachoTopics;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.protocol.sensor.Temperature;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import io.riacho.testkit.IntakeThatAcksWhenTold.Received;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MqttDoorTest {

    /// One message that the listener heard, to be answered by the test.
    private record Heard(
            String client, RiachoTopics.Kind kind, String payload, TopicListener.Handled handled) {}

    private final IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final AtomicLong nowMillis = new AtomicLong(1_763_668_800_000L);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Mqtt5AsyncClient> clients = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // before each test
    private MqttDoor door;

    @BeforeEach
    void start() throws Exception {
        door =
                MqttDoor.start(
                        MqttOptions.with(Map.of()),
                        List.of(
                                new MqttOptions.Port(Transport.PLAIN, "127.0.0.1", 0),
                                new MqttOptions.Port(Transport.WEB_SOCKET, "127.0.0.1", 0)),
                        new MqttDoor.Dependencies(
                                intake,
                                new SeriesTable(1000),
                                new SessionStoreInMemory(),
                                (_, answer) ->
                                        answer.accept(new Authenticator.Accepted("local", null)),
                                Authorizer.ALL,
                                _ ->
                                        new MqttDoor.Listeners(
                                                (client, kind, _, payload, handled) ->
                                                        heard.add(
                                                                new Heard(
                                                                        client.id(),
                                                                        kind,
                                                                        new String(payload, UTF_8),
                                                                        handled)),
                                                ClientEvents.NONE),
                                null,
                                nowMillis::get,
                                meters));
    }

    @AfterEach
    void stop() {
        intake.ackAll();
        door.close();
        for (Mqtt5AsyncClient each : clients) {
            if (each.getState().isConnectedOrReconnect()) {
                each.disconnect();
            }
        }
    }

    @Test
    void aReadingIsAcknowledgedWhenItIsDurableAndNotBefore() throws Exception {
        Mqtt5AsyncClient client = connect("gateway-1");
        CompletableFuture<Mqtt5PublishResult> answer =
                publish(client, "irrigation/sensors/s1/data", "{\"value\":21.5}");
        await().until(() -> intake.waiting() == 1);
        assertThat(intake.readings())
                .containsExactly(new Received("s1", "temperature", 21.5, 0, ""));
        CompletableFuture<Mqtt5PublishResult> other =
                publish(client, "plain/topic", "not a reading");
        // What came later on the same connection waits for it, too [MQTT-4.6.0-2].
        assertThat(answer).isNotDone();
        assertThat(other).isNotDone();
        intake.ackAll();
        assertThat(answer.get(10, TimeUnit.SECONDS).getError()).isEmpty();
        assertThat(other.get(10, TimeUnit.SECONDS).getError()).isEmpty();
    }

    @Test
    void retainedReadingIsClearedByAnEmptyOne() throws Exception {
        intake.ackAtOnce();
        Mqtt5AsyncClient client = connect("gateway-1");
        String topic = "irrigation/sensors/s1/data";
        retain(client, topic, "{\"value\":21.5}");
        assertThat(meters.get("riacho.mqtt.retained.messages").gauge().value()).isEqualTo(1);
        retain(client, topic, "");
        assertThat(meters.get("riacho.mqtt.retained.messages").gauge().value()).isZero();
        assertThat(intake.readings()).hasSize(1);
    }

    private static void retain(Mqtt5AsyncClient client, String topic, String payload)
            throws Exception {
        assertThat(
                        client.publishWith()
                                .topic(topic)
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .retain(true)
                                .payload(payload.getBytes(UTF_8))
                                .send()
                                .get(10, TimeUnit.SECONDS)
                                .getError())
                .isEmpty();
    }

    @Test
    void messageOnWhatIsNearlyADataTopicIsCounted() throws Exception {
        Mqtt5AsyncClient client = connect("gateway-1");
        for (String topic :
                List.of(
                        "/irrigation/sensors/s1/data",
                        "irrigation/sensors/s1/data/",
                        "Irrigation/Sensors/S1/Data",
                        "irrigation/sensors/data",
                        "plain/topic")) {
            publish(client, topic, "{\"value\":1}").get(10, TimeUnit.SECONDS);
        }
        assertThat(meters.counter("riacho.mqtt.data.messages.missed").count()).isEqualTo(3);
        assertThat(intake.readings()).isEmpty();
    }

    @Test
    void pageOfAnotherSiteOpensNoWebSocket() throws Exception {
        int port = door.address(Transport.WEB_SOCKET).getPort();
        assertThat(upgrade(port, "Host: localhost\r\n")).contains(" 101 ");
        assertThat(upgrade(port, "Host: localhost\r\nOrigin: http://localhost\r\n"))
                .contains(" 101 ");
        assertThat(upgrade(port, "Host: localhost\r\nOrigin: http://evil.example\r\n"))
                .contains(" 403 ");
        assertThat(upgrade(port, "Host: evil.example\r\nOrigin: http://evil.example\r\n"))
                .contains(" 421 ");
    }

    /// @return the status line
    private static String upgrade(int port, String headers) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            String request =
                    "GET /mqtt HTTP/1.1\r\n"
                            + headers
                            + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
                            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))
                    .readLine();
        }
    }

    @Test
    void batchesOfOneClientAreOnTheirWayTogether() throws Exception {
        Mqtt5AsyncClient client = connect("gateway-1");
        List<CompletableFuture<Mqtt5PublishResult>> answers = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            int sent = i;
            answers.add(publish(client, "irrigation/sensors/s1/data", "{\"value\":" + i + "}"));
            await().until(() -> intake.readings().size() == sent);
        }
        assertThat(intake.submissions()).isEqualTo(3);
        intake.ackAll();
        for (CompletableFuture<Mqtt5PublishResult> each : answers) {
            assertThat(each.get(10, TimeUnit.SECONDS).getError()).isEmpty();
        }
    }

    @Test
    void aMessageOfAllFormatsBecomesReadings() throws Exception {
        intake.ackAtOnce();
        Mqtt5AsyncClient client = connect("gateway-1");
        String topic = "irrigation/sensors/s1/data";
        publish(client, topic, "{\"sensor_id\":\"s1\",\"value\":1,\"timestamp\":1763668800000}")
                .get(10, TimeUnit.SECONDS);
        publish(
                        client,
                        topic,
                        "[{\"metric\":\"humidity\",\"value\":2,\"unit\":\"%\"},{\"value\":3}]")
                .get(10, TimeUnit.SECONDS);
        publish(
                        client,
                        topic,
                        Temperature.newBuilder()
                                .setSensorId("s1")
                                .setValue(4)
                                .setTimestamp(1763668800000L)
                                .build()
                                .toByteArray(),
                        null)
                .get(10, TimeUnit.SECONDS);
        String pack =
                "[{\"bn\":\"s1/\",\"bt\":1763668800,\"n\":\"humidity\",\"u\":\"%RH\",\"v\":5}]";
        publish(client, topic, pack).get(10, TimeUnit.SECONDS);
        publish(client, topic, pack.getBytes(UTF_8), "application/senml+json")
                .get(10, TimeUnit.SECONDS);
        Received senml = new Received("s1", "humidity", 5, 1763668800000000L, "%RH");
        assertThat(intake.readings())
                .containsExactly(
                        new Received("s1", "temperature", 1, 1763668800000000L, ""),
                        new Received("s1", "humidity", 2, 0, "%"),
                        new Received("s1", "temperature", 3, 0, ""),
                        new Received("s1", "temperature", 4, 1763668800000000L, ""),
                        senml,
                        senml);
    }

    @Test
    void bytesThatMeanNothingAreRefused() throws Exception {
        intake.ackAtOnce();
        BlockingQueue<Mqtt5Publish> errors = errors();
        Mqtt5AsyncClient client = connect("gateway-1");
        byte[] ofAnotherSensor =
                Temperature.newBuilder().setSensorId("s2").setValue(1).build().toByteArray();
        byte[] withUnknownField = {0x32, 1, 'x'};
        List<byte[]> payloads =
                List.of(
                        new byte[0],
                        "21.5".getBytes(UTF_8),
                        " {\"value\":1}".getBytes(UTF_8),
                        "{\"value\":1".getBytes(UTF_8),
                        "[{\"value\":1},7]".getBytes(UTF_8),
                        "{\"value\":NaN}".getBytes(UTF_8),
                        "{\"n\":\"s2/x\",\"v\":1}".getBytes(UTF_8),
                        new byte[] {(byte) 0xff, (byte) 0xff},
                        ofAnotherSensor,
                        withUnknownField);
        for (byte[] payload : payloads) {
            CompletableFuture<Mqtt5PublishResult> answer =
                    publish(client, "irrigation/sensors/s1/data", payload, null);
            assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(Mqtt5PubAckException.class);
            assertThat(report(errors).path("payload").binaryValue()).isEqualTo(payload);
        }
        CompletableFuture<Mqtt5PublishResult> withUnknownType =
                publish(client, "irrigation/sensors/s1/data", "{}".getBytes(UTF_8), "text/csv");
        assertThatThrownBy(() -> withUnknownType.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(Mqtt5PubAckException.class);
        assertThat(report(errors).path("reason").textValue()).contains("'text/csv' is not known");
        // The good one of the array.
        assertThat(intake.readings()).hasSize(1);
    }

    @Test
    void aBrokenSenderDoesNotFloodTheErrorsTopic() throws Exception {
        intake.ackAtOnce();
        BlockingQueue<Mqtt5Publish> errors = errors();
        Mqtt5AsyncClient client = connect("gateway-1");
        int sent = 5 * ErrorReports.REPORTS_PER_SECOND_MAX;
        List<CompletableFuture<Mqtt5PublishResult>> answers = new ArrayList<>();
        nowMillis.set(1_000_000);
        for (int i = 0; i < sent; i++) {
            answers.add(publish(client, "irrigation/sensors/s1/data", "?"));
        }
        for (CompletableFuture<Mqtt5PublishResult> each : answers) {
            each.handle((_, failure) -> failure).get(10, TimeUnit.SECONDS);
        }
        nowMillis.set(1_001_000);
        publish(client, "irrigation/sensors/s1/data", "?")
                .handle((_, failure) -> failure)
                .get(10, TimeUnit.SECONDS);
        for (int i = 0; i < ErrorReports.REPORTS_PER_SECOND_MAX; i++) {
            assertThat(report(errors).has("suppressed_before")).isFalse();
        }
        JsonNode last = report(errors);
        assertThat(last.path("suppressed_before").intValue())
                .isEqualTo(sent - ErrorReports.REPORTS_PER_SECOND_MAX);
        assertThat(last.path("at").textValue()).isEqualTo("1970-01-01T00:16:41Z");
        assertThat(errors).isEmpty();
    }

    @Test
    void aBadPayloadIsAcknowledgedWithItsReasonAndReported() throws Exception {
        intake.ackAtOnce();
        BlockingQueue<Mqtt5Publish> errors = errors();
        Mqtt5AsyncClient client = connect("gateway-1");
        CompletableFuture<Mqtt5PublishResult> answer =
                publish(client, "irrigation/sensors/s1/data", "{\"sensor_id\":\"s2\",\"value\":1}");
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        Mqtt5PubAckException.class,
                        e -> {
                            assertThat(e.getMqttMessage().getReasonCode())
                                    .isEqualTo(Mqtt5PubAckReasonCode.PAYLOAD_FORMAT_INVALID);
                            assertThat(e.getMqttMessage().getReasonString())
                                    .hasValueSatisfying(reason ->
                                            assertThat(reason.toString())
                                                    .contains(
                                                            "'s2' is not the topic's," + " 's1'"));
                        });
        JsonNode report = report(errors);
        assertThat(report.path("sender").textValue()).isEqualTo("gateway-1");
        assertThat(report.path("topic").textValue()).isEqualTo("irrigation/sensors/s1/data");
        assertThat(report.path("reason").textValue()).contains("'s2' is not the topic's");
        assertThat(report.path("payload").binaryValue())
                .asString(UTF_8)
                .isEqualTo("{\"sensor_id\":\"s2\",\"value\":1}");
        assertThat(intake.readings()).isEmpty();
        // The rest goes on.
        publish(client, "irrigation/sensors/s1/data", "{\"value\":1}").get(10, TimeUnit.SECONDS);
        assertThat(intake.readings()).hasSize(1);
        assertThat(meters.counter("riacho.mqtt.data.messages").count()).isEqualTo(2);
        assertThat(meters.counter("riacho.mqtt.data.messages.refused").count()).isEqualTo(1);
    }

    @Test
    void aBadPayloadOfAnOlderClientIsAcknowledgedToo() throws Exception {
        intake.ackAtOnce();
        BlockingQueue<Mqtt5Publish> errors = errors();
        Mqtt3AsyncClient client =
                MqttClient.builder()
                        .useMqttVersion3()
                        .identifier("old")
                        .serverAddress(address())
                        .buildAsync();
        client.connect().get(10, TimeUnit.SECONDS);
        client.publishWith()
                .topic("irrigation/sensors/s1/data")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("no reading".getBytes(UTF_8))
                .send()
                .get(10, TimeUnit.SECONDS);
        assertThat(report(errors).path("sender").textValue()).isEqualTo("old");
        client.disconnect().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aMessageWithBadReadingsOfTwoKindsIsReportedOnce() throws Exception {
        BlockingQueue<Mqtt5Publish> errors = errors();
        // Of the two good ones the later.
        intake.refuseBy(_ -> List.of(new Refusal(1, "too late")));
        intake.ackAtOnce();
        Mqtt5AsyncClient client = connect("gateway-1");
        CompletableFuture<Mqtt5PublishResult> answer =
                publish(
                        client,
                        "irrigation/sensors/s1/data",
                        "[{\"value\":1},{\"value\":\"x\"},{\"value\":2}]");
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(Mqtt5PubAckException.class);
        assertThat(report(errors).path("reason").textValue())
                .startsWith("2 of the message's 3 readings refused, the others stored; first [1]:");
        assertThat(meters.counter("riacho.mqtt.data.messages.refused").count()).isEqualTo(1);
        assertThat(meters.counter("riacho.mqtt.error.reports").count()).isEqualTo(1);
    }

    @Test
    void whatTheIntakeRefusesIsReportedForItsMessage() throws Exception {
        BlockingQueue<Mqtt5Publish> errors = errors();
        intake.refuseBy(batch -> List.of(new Refusal(batch.size() - 1, "too late")));
        intake.ackAtOnce();
        Mqtt5AsyncClient client = connect("gateway-1");
        CompletableFuture<Mqtt5PublishResult> answer =
                publish(client, "irrigation/sensors/s1/data", "[{\"value\":1},{\"value\":2}]");
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(Mqtt5PubAckException.class);
        assertThat(report(errors).path("reason").textValue())
                .isEqualTo(
                        "1 of the message's 2 readings refused, the others stored; first [1]: too"
                                + " late");
    }

    @Test
    void whenNothingCanBeStoredThereIsNoAcknowledgement() throws Exception {
        CompletableFuture<Mqtt5DisconnectReasonCode> ended = new CompletableFuture<>();
        Mqtt5AsyncClient client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier("gateway-1")
                        .serverAddress(address())
                        .addDisconnectedListener(context -> {
                            if (context.getCause()
                                    instanceof
                                    com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException
                                            e) {
                                ended.complete(e.getMqttMessage().getReasonCode());
                            } else {
                                ended.completeExceptionally(context.getCause());
                            }
                        })
                        .buildAsync();
        client.connect().get(10, TimeUnit.SECONDS);
        CompletableFuture<Mqtt5PublishResult> answer =
                publish(client, "irrigation/sensors/s1/data", "{\"value\":1}");
        await().until(() -> intake.waiting() == 1);
        intake.failAll(new Failure(Failure.Kind.DISK_FULL, "full"));
        assertThat(ended.get(10, TimeUnit.SECONDS))
                .isEqualTo(Mqtt5DisconnectReasonCode.QUOTA_EXCEEDED);
        assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
    }

    @Test
    void aFullIntakeStopsTheReadingAndNothingIsLost() throws Exception {
        intake.fill();
        Mqtt5AsyncClient client = connect("gateway-1");
        List<CompletableFuture<Mqtt5PublishResult>> answers = new ArrayList<>();
        answers.add(publish(client, "irrigation/sensors/s1/data", "{\"value\":0}"));
        await().until(() -> intake.paused() == 1);
        int taken = intake.readings().size();
        for (int i = 1; i <= 50; i++) {
            answers.add(publish(client, "irrigation/sensors/s1/data", "{\"value\":" + i + "}"));
        }
        assertThat(intake.readings()).hasSize(taken);
        intake.ackAtOnce();
        intake.makeRoom();
        for (CompletableFuture<Mqtt5PublishResult> each : answers) {
            each.get(10, TimeUnit.SECONDS);
        }
        assertThat(intake.readings()).hasSize(51);
    }

    @Test
    void whatGatewaysSayIsHeardBeforeItIsAcknowledged() throws Exception {
        Mqtt5AsyncClient client = connect("gateway-1");
        CompletableFuture<Mqtt5PublishResult> answer =
                publish(client, "irrigation/gateway/status", "here");
        Heard status = heard.poll(10, TimeUnit.SECONDS);
        assertThat(status).isNotNull();
        assertThat(status.client()).isEqualTo("gateway-1");
        assertThat(status.kind()).isEqualTo(RiachoTopics.Kind.STATUS);
        assertThat(status.payload()).isEqualTo("here");
        assertThat(answer).isNotDone();
        status.handled().durable();
        assertThat(answer.get(10, TimeUnit.SECONDS).getError()).isEmpty();
        assertThat(intake.submissions()).isZero();
    }

    @Test
    void overWebSocketItIsTheSame() throws Exception {
        intake.ackAtOnce();
        Mqtt5AsyncClient client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier("browser")
                        .serverAddress(door.address(Transport.WEB_SOCKET))
                        .webSocketConfig()
                        .serverPath("mqtt")
                        .applyWebSocketConfig()
                        .buildAsync();
        client.connect().get(10, TimeUnit.SECONDS);
        clients.add(client);
        publish(client, "irrigation/sensors/s1/data", "{\"value\":1}").get(10, TimeUnit.SECONDS);
        assertThat(intake.readings()).hasSize(1);
    }

    private InetSocketAddress address() {
        return door.address(Transport.PLAIN);
    }

    private Mqtt5AsyncClient connect(String id) throws Exception {
        Mqtt5AsyncClient client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(id)
                        .serverAddress(address())
                        .buildAsync();
        client.connect().get(10, TimeUnit.SECONDS);
        clients.add(client);
        return client;
    }

    private BlockingQueue<Mqtt5Publish> errors() throws Exception {
        Mqtt5AsyncClient operator = connect("operator");
        BlockingQueue<Mqtt5Publish> errors = new LinkedBlockingQueue<>();
        operator.publishes(MqttGlobalPublishFilter.ALL, errors::add);
        operator.subscribeWith()
                .topicFilter("irrigation/errors")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .get(10, TimeUnit.SECONDS);
        return errors;
    }

    private static JsonNode report(BlockingQueue<Mqtt5Publish> errors) throws Exception {
        Mqtt5Publish report = errors.poll(10, TimeUnit.SECONDS);
        assertThat(report).isNotNull();
        return new ObjectMapper().readTree(report.getPayloadAsBytes());
    }

    private static CompletableFuture<Mqtt5PublishResult> publish(
            Mqtt5AsyncClient client, String topic, String payload) {
        return publish(client, topic, payload.getBytes(UTF_8), null);
    }

    private static CompletableFuture<Mqtt5PublishResult> publish(
            Mqtt5AsyncClient client, String topic, byte[] payload, @Nullable String contentType) {
        return client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .contentType(contentType)
                .send();
    }
}
