package io.riacho.benchmarks.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.spi.PublishHandler;
import org.junit.jupiter.api.Test;

/// With a plain MQTT server.
class FanoutLoadTest {

    @Test
    void everyMessageReachesEverySubscriber() throws Exception {
        try (MqttServer server = PublishLoadTest.server(PublishHandler.NONE)) {
            server.start();
            for (int qos = 0; qos <= 1; qos++) {
                // It fails by itself when a message is missing.
                double rate = new FanoutLoad(server.addresses().getFirst(), qos, 3, 5, 16).run(0.1);
                assertThat(rate).isPositive();
            }
        }
    }
}
