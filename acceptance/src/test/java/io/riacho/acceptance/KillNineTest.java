package io.riacho.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.riacho.acceptance.Load.Sender;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` at random moments under load on all doors: what was acknowledged is there after the
/// restart, once, with its value; and nothing that was not sent.
///
/// `./dev crash --runs N` runs more (`-Driacho.kills=N`), `-Driacho.seed=N` the same moments again.
class KillNineTest {

    private static final int KILLS = Integer.getInteger("riacho.kills", 20);

    /// One for each door.
    private static final int SENDERS = 4;

    @TempDir Path directory;

    /// What one sender was promised, to be checked for as long as the test runs.
    private record Promise(String sensor, long acknowledged, long sent) {}

    @Test
    @Tag("slow")
    void whatWasAcknowledgedIsThereAfterEveryKill() throws Exception {
        long seed = Long.getLong("riacho.seed", System.nanoTime());
        System.out.println("kill -9: replay the moments with -Driacho.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<Promise> promises = new ArrayList<>();
        Path data = directory.resolve("data");
        Path log = directory.resolve("server.log");
        long inFlight = 0;
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int kill = 0; kill < KILLS; kill++) {
                try (ServerProcess server = start(data, log)) {
                    if (kill > 0) {
                        check(
                                server,
                                client,
                                promises.subList(promises.size() - SENDERS, promises.size()));
                    }
                    List<Promise> made = killUnderLoad(server, kill, random.nextInt(50, 700));
                    promises.addAll(made);
                    inFlight += made.stream().mapToLong(p -> p.sent() - p.acknowledged()).sum();
                }
            }
            try (ServerProcess server = start(data, log)) {
                check(server, client, promises);
                assertThat(server.terminate()).isIn(0, 143);
            }
        }
        long acknowledged = promises.stream().mapToLong(Promise::acknowledged).sum();
        System.out.printf(
                "kill -9: %d kills, %d readings acknowledged, %d in flight at a kill%n",
                KILLS, acknowledged, inFlight);
        assertThat(acknowledged).isGreaterThan(100L * KILLS);
        assertThat(inFlight).isPositive();
    }

    private static ServerProcess start(Path data, Path log) throws Exception {
        // Small seals and segments, so that kills fall into seals, snapshots and truncations too.
        return ServerProcess.start(
                data, log, "--lake.seal-rows-max=3000", "--journal.segment-bytes=1MiB");
    }

    private static List<Promise> killUnderLoad(ServerProcess server, int kill, int afterMillis)
            throws Exception {
        List<Sender> senders =
                List.of(
                        Load.tcp("tcp-" + kill, server.address("tcp")),
                        Load.http("http-" + kill, server),
                        Load.grpc("grpc-" + kill, server.address("grpc")),
                        Load.mqtt(
                                "mqtt-" + kill,
                                server.address("mqtt"),
                                kill % 2 == 0 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE));
        List<Thread> threads = new ArrayList<>();
        for (Sender each : senders) {
            threads.add(Thread.ofPlatform().start(each));
        }
        // The moment of the kill counts from the first acknowledgement.
        while (senders.stream().allMatch(each -> each.acknowledged.get() == 0)
                && threads.stream().anyMatch(Thread::isAlive)) {
            Thread.onSpinWait();
        }
        Thread.sleep(afterMillis);
        server.kill();
        senders.forEach(Sender::stop);
        for (Thread each : threads) {
            each.join(20_000);
            assertThat(each.isAlive()).isFalse();
        }
        List<Promise> promises = new ArrayList<>();
        for (Sender each : senders) {
            promises.add(new Promise(each.sensor, each.acknowledged.get(), each.sent.get()));
        }
        return promises;
    }

    private static void check(ServerProcess server, HttpClient client, List<Promise> promises)
            throws Exception {
        for (Promise promise : promises) {
            String sensor = promise.sensor();
            // Acknowledgements come in order, so what must be there is a prefix.
            String sql =
                    """
                    SELECT count(*), count(DISTINCT timestamp),
                           count(*) FILTER (WHERE value < %d),
                           count(*) FILTER (WHERE epoch_us(timestamp) <> (%d + value::BIGINT) * 1000),
                           coalesce(max(value), -1)::BIGINT
                    FROM readings WHERE sensor = '%s'
                    """
                            .formatted(promise.acknowledged(), Load.BASE_MILLIS, sensor);
            String[] row = server.query(client, sql).getFirst().split(",", -1);
            assertThat(row[1]).as("%s: rows of one timestamp", sensor).isEqualTo(row[0]);
            assertThat(Long.parseLong(row[2]))
                    .as("%s: acknowledged and there", sensor)
                    .isEqualTo(promise.acknowledged());
            assertThat(row[3]).as("%s: rows with another value", sensor).isEqualTo("0");
            assertThat(Long.parseLong(row[4]))
                    .as("%s: never sent", sensor)
                    .isLessThan(promise.sent());
        }
    }
}
