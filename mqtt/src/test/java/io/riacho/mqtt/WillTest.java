package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.PublishBatch;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// A will goes the way of every message: first to the taker of messages, then to subscribers.
class WillTest {

    private final HeldPublishes publishes = new HeldPublishes();

    private static void leave(TestServer server) throws Exception {
        Bytes connect = Bytes.connectWithWill(5, "w", 0, Bytes.of(), Bytes.of(), "will", "gone");
        RawClient.connected(server.port(), connect, 5).close();
    }

    @Test
    void willIsPublishedWhenItIsDurable() throws Exception {
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient watcher = RawClient.connected(server.port(), 4, "watcher")) {
            watcher.subscribe("will", 0);
            leave(server);
            PublishBatch will = publishes.next();
            assertThat(will.size()).isEqualTo(1);
            assertThat(will.topic(0)).isEqualTo("will");
            assertThat(will.payload(0).toString(StandardCharsets.UTF_8)).isEqualTo("gone");
            assertThat(will.client().id()).isEqualTo("w");
            assertThat(will.client().isConnected()).isFalse();
            watcher.expectNothing();
            will.durable();
            watcher.expectPublish("gone");
        }
    }

    @Test
    void willThatIsRefusedReachesNobody() throws Exception {
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient watcher = RawClient.connected(server.port(), 4, "watcher")) {
            watcher.subscribe("will", 0);
            leave(server);
            PublishBatch will = publishes.next();
            will.refuse(0, ReasonCode.PAYLOAD_FORMAT_INVALID, "no reading");
            will.durable();
            leave(server);
            publishes.next().failed(PublishBatch.Failure.FULL);
            watcher.expectNothing();
        }
    }
}
