package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Eclipse Paho's Java clients.
class PahoClientsTest {

    @ParameterizedTest
    @Normative(v3 = "7.0.0-2")
    @ValueSource(ints = {0, 1, 2})
    void version311(int qos) throws Exception {
        try (TestServer server = TestServer.start()) {
            String url = "tcp://127.0.0.1:" + server.port();
            BlockingQueue<String> got = new ArrayBlockingQueue<>(100);
            MqttClient subscriber = new MqttClient(url, "sub", null);
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            subscriber.connect(options);
            subscriber.subscribe(
                    "a/+/c",
                    qos,
                    (topic, message) ->
                            got.add(
                                    topic
                                            + " "
                                            + new String(
                                                    message.getPayload(), StandardCharsets.UTF_8)
                                            + " "
                                            + message.getQos()));
            MqttClient publisher = new MqttClient(url, "pub", null);
            publisher.connect(options);
            for (int i = 0; i < 20; i++) {
                publisher.publish("a/b/c", ("m" + i).getBytes(StandardCharsets.UTF_8), qos, false);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(got.poll(5, TimeUnit.SECONDS)).isEqualTo("a/b/c m" + i + " " + qos);
            }
            publisher.disconnect();
            subscriber.disconnect();
            publisher.close();
            subscriber.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void version5(int qos) throws Exception {
        try (TestServer server = TestServer.start()) {
            String url = "tcp://127.0.0.1:" + server.port();
            BlockingQueue<MqttMessage> got = new ArrayBlockingQueue<>(100);
            var subscriber = new org.eclipse.paho.mqttv5.client.MqttClient(url, "sub", null);
            subscriber.connect();
            MqttProperties identifier = new MqttProperties();
            identifier.setSubscriptionIdentifiers(List.of(0));
            subscriber.setCallback(new Collecting(got));
            subscriber.subscribe(new MqttSubscription[] {new MqttSubscription("a/#", qos)});
            var publisher = new org.eclipse.paho.mqttv5.client.MqttClient(url, "pub", null);
            publisher.connect();
            MqttMessage message = new MqttMessage("hello".getBytes(StandardCharsets.UTF_8));
            message.setQos(qos);
            MqttProperties properties = new MqttProperties();
            properties.setContentType("text/plain");
            properties.setResponseTopic("answers/here");
            properties.setCorrelationData(new byte[] {1, 2, 3});
            properties.setUserProperties(
                    List.of(new UserProperty("k", "v1"), new UserProperty("k", "v2")));
            message.setProperties(properties);
            publisher.publish("a/b", message);
            MqttMessage received = got.poll(5, TimeUnit.SECONDS);
            assertThat(received).isNotNull();
            assertThat(received.getPayload()).asString().isEqualTo("hello");
            assertThat(received.getQos()).isEqualTo(qos);
            assertThat(received.getProperties().getContentType()).isEqualTo("text/plain");
            assertThat(received.getProperties().getResponseTopic()).isEqualTo("answers/here");
            assertThat(received.getProperties().getCorrelationData()).containsExactly(1, 2, 3);
            assertThat(received.getProperties().getUserProperties())
                    .extracting(UserProperty::getValue)
                    .containsExactly("v1", "v2");
            publisher.disconnect();
            subscriber.disconnect();
            publisher.close();
            subscriber.close();
        }
    }

    @Test
    void retainedMessageReachesALaterSubscriber() throws Exception {
        try (TestServer server = TestServer.start()) {
            String url = "tcp://127.0.0.1:" + server.port();
            MqttClient client = new MqttClient(url, "c", null);
            client.connect();
            client.publish("state/x", "on".getBytes(StandardCharsets.UTF_8), 1, true);
            BlockingQueue<Boolean> retained = new ArrayBlockingQueue<>(10);
            client.subscribe("state/#", 1, (topic, m) -> retained.add(m.isRetained()));
            assertThat(retained.poll(5, TimeUnit.SECONDS)).isTrue();
            client.disconnect();
            client.close();
        }
    }

    /// Keeps what arrives.
    private record Collecting(BlockingQueue<MqttMessage> got)
            implements org.eclipse.paho.mqttv5.client.MqttCallback {

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            got.add(message);
        }

        @Override
        public void disconnected(org.eclipse.paho.mqttv5.client.MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(org.eclipse.paho.mqttv5.common.MqttException exception) {}

        @Override
        public void deliveryComplete(org.eclipse.paho.mqttv5.client.IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
