package io.riacho.server.identity;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.riacho.identity.Credentials;
import io.riacho.identity.tls.ClientKeys;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A device: the HiveMQ client with a device's files.
final class DeviceClient {

    private final Mqtt5BlockingClient client;
    private final LinkedBlockingQueue<String> disconnections = new LinkedBlockingQueue<>();

    private DeviceClient(Mqtt5ClientBuilder builder) {
        client = builder.addDisconnectedListener(this::disconnected).buildBlocking();
    }

    private void disconnected(MqttClientDisconnectedContext context) {
        disconnections.add(context.getCause().toString());
    }

    /// How it comes.
    ///
    /// @param protocols null: what the JDK offers
    record Way(InetSocketAddress address, boolean webSocket, @Nullable List<String> protocols) {

        static Way tls(InetSocketAddress address) {
            return new Way(address, false, null);
        }
    }

    /// Connects.
    ///
    /// @param certificate null: it shows none
    static DeviceClient connect(
            Way way, String id, @Nullable Path certificate, @Nullable Path key, Path rootCa)
            throws Exception {
        MqttClientSslConfig tls =
                MqttClientSslConfig.builder()
                        .protocols(way.protocols())
                        .keyManagerFactory(
                                certificate == null || key == null
                                        ? null
                                        : ClientKeys.own(certificate, key))
                        .trustManagerFactory(ClientKeys.trusting(rootCa))
                        .build();
        Mqtt5ClientBuilder builder =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(id)
                        .serverHost("127.0.0.1")
                        .serverPort(way.address().getPort())
                        .sslConfig(tls);
        if (way.webSocket()) {
            builder =
                    builder.webSocketConfig(
                            MqttWebSocketConfig.builder().serverPath("mqtt").build());
        }
        DeviceClient device = new DeviceClient(builder);
        device.client.connect();
        return device;
    }

    static DeviceClient connect(Way way, String id, Credentials credentials) throws Exception {
        return connect(
                way, id, credentials.certificate(), credentials.privateKey(), credentials.rootCa());
    }

    /// Publishes with QoS 1.
    ///
    /// @return the PUBACK's reason code
    String publish(String topic, String payload) {
        try {
            client.publishWith()
                    .topic(topic)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload.getBytes(StandardCharsets.UTF_8))
                    .send();
            return "SUCCESS";
        } catch (Mqtt5PubAckException e) {
            return e.getMqttMessage().getReasonCode().name();
        }
    }

    boolean isConnected() {
        return client.getState().isConnected();
    }

    /// Why it was disconnected; waits for it.
    String disconnection() throws InterruptedException {
        String cause = disconnections.poll(20, TimeUnit.SECONDS);
        if (cause == null) {
            throw new AssertionError("still connected");
        }
        return cause;
    }

    void disconnect() {
        client.disconnect();
    }
}
