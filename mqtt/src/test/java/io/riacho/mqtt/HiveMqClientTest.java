package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The HiveMQ MQTT client.
class HiveMqClientTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void version5(int qos) throws Exception {
        try (TestServer server = TestServer.start()) {
            Mqtt5BlockingClient client =
                    MqttClient.builder()
                            .useMqttVersion5()
                            .serverHost("127.0.0.1")
                            .serverPort(server.port())
                            .buildBlocking();
            client.connect();
            assertThat(client.getConfig().getClientIdentifier()).isPresent();
            try (Mqtt5BlockingClient.Mqtt5Publishes got =
                    client.publishes(com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL)) {
                MqttQos level = MqttQos.fromCode(qos);
                client.subscribeWith().topicFilter("h/#").qos(level).send();
                for (int i = 0; i < 20; i++) {
                    client.publishWith()
                            .topic("h/" + i)
                            .qos(level)
                            .payload(("m" + i).getBytes(StandardCharsets.UTF_8))
                            .userProperties()
                            .add("n", "" + i)
                            .applyUserProperties()
                            .send();
                }
                for (int i = 0; i < 20; i++) {
                    Mqtt5Publish each = got.receive(10, TimeUnit.SECONDS).orElseThrow();
                    assertThat(each.getPayloadAsBytes()).asString().isEqualTo("m" + i);
                    assertThat(each.getUserProperties().asList()).hasSize(1);
                    assertThat(each.getQos()).isEqualTo(level);
                }
            }
            client.disconnect();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void version311(int qos) throws Exception {
        try (TestServer server = TestServer.start()) {
            Mqtt3BlockingClient client =
                    MqttClient.builder()
                            .useMqttVersion3()
                            .identifier("hive")
                            .serverHost("127.0.0.1")
                            .serverPort(server.port())
                            .buildBlocking();
            client.connect();
            try (Mqtt3BlockingClient.Mqtt3Publishes got =
                    client.publishes(com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL)) {
                MqttQos level = MqttQos.fromCode(qos);
                client.subscribeWith().topicFilter("h/+").qos(level).send();
                for (int i = 0; i < 20; i++) {
                    client.publishWith()
                            .topic("h/" + i)
                            .qos(level)
                            .payload(("m" + i).getBytes(StandardCharsets.UTF_8))
                            .send();
                }
                for (int i = 0; i < 20; i++) {
                    Mqtt3Publish each = got.receive(10, TimeUnit.SECONDS).orElseThrow();
                    assertThat(each.getPayloadAsBytes()).asString().isEqualTo("m" + i);
                }
            }
            client.disconnect();
        }
    }
}
