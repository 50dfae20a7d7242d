package io.riacho.benchmarks.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.riacho.mqtt.Listener;
import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.PublishBatch;
import io.riacho.mqtt.spi.PublishHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/// With a plain MQTT server and with the bare one.
class PublishLoadTest {

    private static final int CONNECTIONS = 3;
    private static final int WINDOW = 8;
    private static final long FIRST_MILLIS = 1_700_000_000_000L;

    @Test
    void allReadingsAreDistinctAndAcknowledgedWhateverVersionAndQos() throws Exception {
        for (Packets packets : List.of(Packets.MQTT_3_1_1, Packets.MQTT_5)) {
            for (int qos = 1; qos <= 2; qos++) {
                Distinct seen = new Distinct();
                try (MqttServer server = server(seen)) {
                    server.start();
                    PublishLoad.Result result =
                            new PublishLoad(
                                            server.addresses().getFirst(),
                                            packets,
                                            qos,
                                            CONNECTIONS,
                                            WINDOW,
                                            FIRST_MILLIS)
                                    .run(0.1);
                    assertThat(result.acknowledged()).isGreaterThanOrEqualTo(CONNECTIONS * WINDOW);
                    assertThat(result.refused()).isZero();
                    assertThat(seen.messages).hasSize((int) result.acknowledged());
                    assertThat(result.answerMicros().getTotalCount())
                            .isEqualTo(result.acknowledged());
                }
            }
        }
    }

    @Test
    void theBareServerAcknowledgesEverything() throws Exception {
        try (Peer bare = Peer.bare()) {
            PublishLoad.Result result =
                    new PublishLoad(
                                    bare.address(),
                                    Packets.MQTT_3_1_1,
                                    1,
                                    CONNECTIONS,
                                    WINDOW,
                                    FIRST_MILLIS)
                            .run(0.1);
            assertThat(result.acknowledged()).isGreaterThanOrEqualTo(CONNECTIONS * WINDOW);
        }
    }

    static MqttServer server(PublishHandler publishes) {
        return new MqttServer(
                new MqttServer.Parts(
                        List.of(Listener.tcp("127.0.0.1", 0)),
                        MqttLimits.DEFAULTS,
                        publishes,
                        new SessionStoreInMemory(),
                        (_, answer) -> answer.accept(new Authenticator.Accepted("anybody", null)),
                        Authorizer.ALL,
                        ClientEvents.NONE,
                        System::currentTimeMillis,
                        1));
    }

    /// Remembers what was published, topic and payload.
    private static final class Distinct implements PublishHandler {

        private final Set<String> messages = ConcurrentHashMap.newKeySet();

        @Override
        public boolean offer(PublishBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                ByteBuf payload = batch.payload(i);
                messages.add(batch.topic(i) + " " + payload.toString(StandardCharsets.US_ASCII));
            }
            batch.durable();
            return true;
        }

        @Override
        public void whenReady(Runnable resume) {
            resume.run();
        }
    }
}
