package io.riacho.mqtt.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.simulation.Seed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The two tries against the definition of matching. Replay with -Driacho.seed=N.
class SubscriptionTrieTest {

    private static final String[] LEVELS = {"", "a", "b", "$x", "+", "#"};

    private final DefaultEventExecutor timers = new DefaultEventExecutor();
    private final Broker broker =
            new Broker(MqttLimits.DEFAULTS, new SessionStoreInMemory(), () -> 0, timers);

    @AfterEach
    void stop() {
        var _ = timers.shutdownGracefully();
    }

    static List<Seed> seeds() {
        return Seed.several(20);
    }

    private static String random(SplittableRandom random, int kinds) {
        int levels = 1 + random.nextInt(4);
        return Stream.generate(() -> LEVELS[random.nextInt(kinds)])
                .limit(levels)
                .collect(Collectors.joining("/"));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsExactlyWhatMatches(Seed seed) {
        SplittableRandom random = seed.generator();
        SubscriptionTrie trie = new SubscriptionTrie();
        List<Subscription> all = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            if (!all.isEmpty() && random.nextInt(4) == 0) {
                Subscription gone = all.remove(random.nextInt(all.size()));
                long before = trie.version();
                trie.remove(gone);
                assertThat(trie.version()).isGreaterThan(before);
            } else {
                String filter = random(random, LEVELS.length);
                if (Topics.isFilter(filter, 64)) {
                    Session session = new Session("s" + step, broker);
                    SubscriptionOptions options = SubscriptionOptions.qos(Qos.AT_MOST_ONCE);
                    Subscription added = new Subscription(session, filter, options, 0);
                    all.add(added);
                    trie.add(added);
                }
            }
            String topic = random(random, 4);
            if (!Topics.isName(topic, 64)) {
                continue;
            }
            Set<Session> expected = new HashSet<>();
            for (Subscription each : all) {
                if (Topics.matches(each.filter(), topic)) {
                    expected.add(each.session());
                }
            }
            Set<Session> found = new HashSet<>();
            for (Route.Target each : trie.match(topic, null).targets()) {
                assertThat(found.add(each.session())).isTrue();
            }
            assertThat(found).as("topic '%s'", topic).isEqualTo(expected);
            assertThat(trie.size()).isEqualTo(all.size());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void retainedMessagesAreFoundByTheSameRule(Seed seed) {
        SplittableRandom random = seed.generator();
        RetainedMessages retained = new RetainedMessages(10_000, 1 << 20);
        Set<String> topics = new HashSet<>();
        for (int step = 0; step < 200; step++) {
            String topic = random(random, 4);
            if (Topics.isName(topic, 64)) {
                boolean removes = random.nextInt(4) == 0;
                retained.put(message(topic, removes ? "" : "x"));
                if (removes) {
                    topics.remove(topic);
                } else {
                    topics.add(topic);
                }
                assertThat(retained.count()).isEqualTo(topics.size());
            }
            String filter = random(random, LEVELS.length);
            if (Topics.isFilter(filter, 64)) {
                List<String> found = new ArrayList<>();
                retained.forEach(filter, each -> found.add(each.message().topic()));
                assertThat(found)
                        .as("filter '%s'", filter)
                        .containsExactlyInAnyOrderElementsOf(
                                topics.stream().filter(t -> Topics.matches(filter, t)).toList());
            }
        }
    }

    private static Message message(String topic, String payload) {
        return new Message(
                topic,
                payload.getBytes(StandardCharsets.UTF_8),
                Qos.AT_MOST_ONCE,
                true,
                PublishProperties.NONE,
                Message.NEVER);
    }

    @Test
    void retainedMessagesBeyondTheLimitAreNotAdmittedButReplacementsAre() {
        RetainedMessages retained = new RetainedMessages(1, 1 << 20);
        assertThat(retained.admits("a", 1)).isTrue();
        retained.put(message("a", "x"));
        assertThat(retained.admits("b", 1)).isFalse();
        assertThat(retained.admits("a", 1)).isTrue();
        assertThat(retained.admits(message("b", ""))).isTrue();
    }
}
