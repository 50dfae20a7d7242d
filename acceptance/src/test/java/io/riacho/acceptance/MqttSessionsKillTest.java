package io.riacho.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` while messages are queued for a device that is away: its session is there after the restart,
/// with every message that its publisher had an acknowledgement for, each once.
class MqttSessionsKillTest {

    private static final int KILLS = 3;
    private static final String END = ":end";

    @TempDir Path directory;

    @Test
    @Tag("slow")
    void whatIsOwedToADeviceSurvivesAKill() throws Exception {
        long seed = Long.getLong("riacho.seed", System.nanoTime());
        System.out.println("kill -9, sessions: replay the moments with -Driacho.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int owed = 0;
        try (ServerProcess server = start()) {
            Mqtt5BlockingClient device = device(server);
            assertThat(connect(device)).isFalse();
            device.subscribeWith().topicFilter("plain/#").qos(MqttQos.EXACTLY_ONCE).send();
            device.disconnect();
        }
        for (int kill = 0; kill < KILLS; kill++) {
            MqttQos qos = kill % 2 == 0 ? MqttQos.EXACTLY_ONCE : MqttQos.AT_LEAST_ONCE;
            Set<Integer> acknowledged;
            try (ServerProcess server = start()) {
                acknowledged = publishUntilKilled(server, kill, qos, random.nextInt(100, 500));
            }
            try (ServerProcess server = start()) {
                List<Integer> received = receive(server, kill);
                assertThat(received).doesNotHaveDuplicates().containsAll(acknowledged);
                assertThat(received).isSorted();
                owed += acknowledged.size();
            }
        }
        System.out.printf("kill -9, sessions: %d kills, %d messages owed%n", KILLS, owed);
        assertThat(owed).isGreaterThan(10 * KILLS);
    }

    private ServerProcess start() throws Exception {
        return ServerProcess.start(
                directory.resolve("data"),
                directory.resolve("server.log"),
                "--mqtt.queued-messages-max=1000000",
                "--journal.segment-bytes=1MiB");
    }

    /// Publishes numbers, in order; the acknowledged ones.
    private static Set<Integer> publishUntilKilled(
            ServerProcess server, int kill, MqttQos qos, int afterMillis) throws Exception {
        Semaphore window = new Semaphore(100);
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        Set<Integer> acknowledged = new ConcurrentSkipListSet<>();
        Mqtt5AsyncClient publisher =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier("publisher")
                        .serverAddress(server.address("mqtt"))
                        .addDisconnectedListener(_ -> {
                            gone.countDown();
                            window.release(1_000_000);
                        })
                        .buildAsync();
        publisher.connect().get(10, TimeUnit.SECONDS);
        Thread killer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                first.await();
                                Thread.sleep(afterMillis);
                                server.kill();
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        for (int i = 0; gone.getCount() > 0; i++) {
            int number = i;
            window.acquire();
            publisher
                    .publishWith()
                    .topic("plain/number")
                    .qos(qos)
                    .payload((kill + ":" + number).getBytes(StandardCharsets.UTF_8))
                    .send()
                    .whenComplete((_, failure) -> {
                        if (failure == null) {
                            acknowledged.add(number);
                            first.countDown();
                        }
                        window.release();
                    });
        }
        killer.join();
        return new TreeSet<>(acknowledged);
    }

    /// What the device gets when it returns, up to a message that is published now.
    private static List<Integer> receive(ServerProcess server, int kill) throws Exception {
        Mqtt5BlockingClient device = device(server);
        List<Integer> received = new ArrayList<>();
        try (Mqtt5BlockingClient.Mqtt5Publishes messages =
                device.publishes(MqttGlobalPublishFilter.ALL)) {
            assertThat(connect(device)).isTrue();
            device.publishWith()
                    .topic("plain/end")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload((kill + END).getBytes(StandardCharsets.UTF_8))
                    .send();
            while (true) {
                Mqtt5Publish message = messages.receive(20, TimeUnit.SECONDS).orElseThrow();
                String text = new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8);
                if (text.equals(kill + END)) {
                    break;
                }
                // The last ones of the round before may come again: the device left before it had
                // finished with them, and has forgotten them.
                if (text.startsWith(kill + ":")) {
                    received.add(Integer.parseInt(text.substring(text.indexOf(':') + 1)));
                }
            }
        }
        device.disconnect();
        return received;
    }

    private static Mqtt5BlockingClient device(ServerProcess server) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier("device")
                .serverAddress(server.address("mqtt"))
                .buildBlocking();
    }

    private static boolean connect(Mqtt5BlockingClient client) {
        return client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(3600)
                .send()
                .isSessionPresent();
    }
}
