package io.riacho.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A device in the field, on the HiveMQ client: it keeps what comes, and sends PUBACK when the test says
/// so.
public final class MqttDevice implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 60;

    private final Mqtt5AsyncClient client;
    private final BlockingQueue<Mqtt5Publish> received = new LinkedBlockingQueue<>();

    private MqttDevice(InetSocketAddress broker, String id, boolean acknowledging) {
        client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(id)
                        .serverAddress(broker)
                        .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                publish -> {
                    received.add(publish);
                    if (acknowledging) {
                        publish.acknowledge();
                    }
                },
                true);
    }

    /// Connects with a session that lasts, and acknowledges what comes.
    public static MqttDevice connect(InetSocketAddress broker, String id) throws Exception {
        return connect(broker, id, true);
    }

    /// Connects with a session that lasts.
    ///
    /// @param acknowledging whether PUBACK is sent at once, or by the test
    public static MqttDevice connect(InetSocketAddress broker, String id, boolean acknowledging)
            throws Exception {
        MqttDevice device = new MqttDevice(broker, id, acknowledging);
        device.client
                .connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(3_600)
                .keepAlive(30)
                .send()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return device;
    }

    public MqttDevice subscribe(String filter) throws Exception {
        client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return this;
    }

    /// Publishes, QoS 1, and waits for the PUBACK.
    public void publish(String topic, String payload) throws Exception {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(UTF_8))
                .send()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// The next message.
    public Mqtt5Publish next() throws Exception {
        Mqtt5Publish publish = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (publish == null) {
            throw new AssertionError("nothing came in " + PATIENCE_SECONDS + " s");
        }
        return publish;
    }

    /// The next message, as JSON.
    public JsonNode nextJson() throws Exception {
        return new ObjectMapper().readTree(next().getPayloadAsBytes());
    }

    /// Says goodbye; the session stays.
    @Override
    public void close() {
        if (client.getState().isConnected()) {
            client.disconnectWith()
                    .sessionExpiryInterval(3_600)
                    .send()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
    }
}
