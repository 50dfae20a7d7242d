package io.riacho.server.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A device as docs/commands.md wants it: it carries out commands with a higher sequence than all before,
/// answers each if it is told to, says that it is online, and has a will that says the opposite. Safe for use
/// by many threads.
final class FieldDevice implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;
    private static final String STATUS = "irrigation/gateway/status";

    private final String device;
    private final Mqtt5AsyncClient client;
    private final List<String> ids = new ArrayList<>();
    private final List<String> carriedOut = new ArrayList<>();
    private long sequence;
    private volatile boolean answering = true;

    FieldDevice(String device, Mqtt5AsyncClient client) {
        this.device = device;
        this.client = client;
    }

    /// Connects, with a session that lasts, and subscribes to its commands.
    FieldDevice connect() throws Exception {
        client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(3_600)
                .keepAlive(30)
                .willPublish()
                .topic(STATUS)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(status("offline"))
                .applyWillPublish()
                .send()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        client.subscribeWith()
                .topicFilter("irrigation/control/" + device + "/command")
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(this::received)
                .send()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        say(status("online"));
        return this;
    }

    private byte[] status(String status) {
        String json = "{\"gateway_id\":\"" + device + "\",\"status\":\"" + status + "\"}";
        return json.getBytes(StandardCharsets.UTF_8);
    }

    void say(byte[] payload) throws Exception {
        client.publishWith()
                .topic(STATUS)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload)
                .send()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Whether it answers from now on.
    void answering(boolean answers) {
        answering = answers;
    }

    private void received(Mqtt5Publish message) {
        JsonNode command;
        try {
            command = new ObjectMapper().readTree(message.getPayloadAsBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String id = command.path("id").asText();
        synchronized (this) {
            ids.add(id);
            if (command.path("sequence").asLong() > sequence) {
                sequence = command.path("sequence").asLong();
                carriedOut.add(sequence + (command.path("turn_on").asBoolean() ? " on" : " off"));
            }
        }
        if (answering) {
            var _ =
                    client.publishWith()
                            .topic(STATUS)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .payload(
                                    ("{\"device_id\":\""
                                                    + device
                                                    + "\",\"command_id\":\""
                                                    + id
                                                    + "\"}")
                                            .getBytes(StandardCharsets.UTF_8))
                            .send();
        }
    }

    /// The ids of the commands that came, again and again where they did.
    synchronized List<String> ids() {
        return List.copyOf(ids);
    }

    /// What it did, as sequence and state.
    synchronized List<String> carriedOut() {
        return List.copyOf(carriedOut);
    }

    /// Goes as one that fails does: the broker publishes its will.
    void fail() throws Exception {
        client.disconnectWith()
                .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                .send()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        if (client.getState().isConnected()) {
            client.disconnect().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        }
    }
}
