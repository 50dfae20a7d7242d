package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// SUBSCRIBE, UNSUBSCRIBE, filters, retained messages, shared subscriptions.
class SubscribeTest {

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawClient connected(int level, String id) throws IOException {
        return RawClient.connected(server.port(), level, id);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {
                "3.8.4-1", "3.8.4-2", "3.8.4-5", "3.8.4-6", "3.8.4-7", "3.9.3-1", "3.9.3-2",
                "2.2.1-6", "2.2.2-1"
            },
            v3 = {"3.8.4-1", "3.8.4-2", "3.8.4-4", "3.8.4-5", "3.9.3-1", "3.9.3-2", "2.3.1-7"})
    void eachFilterIsAnsweredInOrder(int level) throws IOException {
        try (RawClient client = connected(level, "filters")) {
            Bytes body = new Bytes().u16(513);
            if (level == 5) {
                body.u8(0);
            }
            body.text("f/a").u8(2).text("f/b").u8(0).text("f/c").u8(1);
            client.send(Bytes.packet(0x82, body));
            byte[] answer = client.expect(RawClient.SUBACK).body();
            if (level == 5) {
                assertThat(answer).containsExactly(2, 1, 0, 2, 0, 1);
            } else {
                assertThat(answer).containsExactly(2, 1, 2, 0, 1);
            }
        }
    }

    @Test
    @Normative(
            v5 = {"3.8.1-1", "3.8.3-1", "3.8.3-2", "3.8.3-5", "3.10.1-1", "3.10.3-1", "3.10.3-2"},
            v3 = {"3.8.1-1", "3.8.3-1", "3.8.3-3", "3.8.3-4", "3.10.1-1", "3.10.3-1", "3.10.3-2"})
    void requestsThatCannotBeEndTheConnection() throws IOException {
        for (int level : new int[] {4, 5}) {
            Bytes none = Bytes.packet(0x82, level == 5 ? Bytes.of(0, 1, 0) : Bytes.of(0, 1));
            Bytes noneUn = Bytes.packet(0xA2, level == 5 ? Bytes.of(0, 1, 0) : Bytes.of(0, 1));
            Bytes qos3 = Bytes.subscribe(level, 1, "a", 3);
            Bytes reserved = Bytes.subscribe(level, 1, "a", 0x40);
            Bytes ill = new Bytes().u16(1);
            if (level == 5) {
                ill.u8(0);
            }
            ill.u16(1).u8(0xFF);
            Bytes illUn = Bytes.packet(0xA2, ill);
            Bytes illSub = Bytes.packet(0x82, new Bytes().raw(ill).u8(0));
            Bytes flags = Bytes.of(0x80, 6, 0, 1, 0, 1, 97, 0);
            Bytes flagsUn = Bytes.of(0xA0, 5, 0, 1, 0, 1, 97);
            Bytes[] bad = {none, noneUn, qos3, reserved, illUn, illSub, flags, flagsUn};
            int[] codes = {0x82, 0x82, 0x82, 0x81, 0x81, 0x81, 0x81, 0x81};
            if (level == 4) {
                codes[2] = 0x81;
            }
            for (int i = 0; i < bad.length; i++) {
                try (RawClient client = connected(level, "bad-sub")) {
                    client.send(bad[i]).expectEnd(codes[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a/#/b", "a#", "a/b+", "+a/b", "", "$share//t", "$share/g", "$share/+/t"})
    @Normative(
            v5 = {"4.7.1-1", "4.7.1-2", "4.8.2-1", "4.8.2-2"},
            v3 = {"4.7.1-2", "4.7.1-3", "4.8.0-1"})
    void filterThatIsNotOneIsRefused(String filter) throws IOException {
        try (RawClient client = connected(5, "bad-filter")) {
            client.send(Bytes.subscribe(5, 1, filter, 0));
            assertThat(client.expect(RawClient.SUBACK).u8(3)).isEqualTo(0x8F);
        }
        try (RawClient client = connected(4, "bad-filter")) {
            client.send(Bytes.subscribe(4, 1, filter, 0)).expectClosed();
        }
    }

    @Test
    @Normative(v5 = "4.7.2-1", v3 = "4.7.2-1")
    void wildcardsDoNotMatchALeadingDollar() throws IOException {
        try (TestServer empty = TestServer.start();
                RawClient client = RawClient.connected(empty.port(), 4, "dollar")) {
            client.subscribe("#", 0).subscribe("+/d", 0);
            client.send(Bytes.publish(4, "$x/d", 0, 0, "no")).expectNothing();
            client.subscribe("$x/#", 0);
            client.send(Bytes.publish(4, "$x/d", 0, 0, "yes")).expectPublish("yes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.8.4-3", "3.8.4-4", "3.3.1-9"},
            v3 = {"3.8.4-3", "3.3.1-6", "3.3.1-8"})
    void sameFilterAgainReplacesTheSubscription(int level) throws IOException {
        String topic = "again/" + level;
        try (RawClient client = connected(level, topic)) {
            client.send(Bytes.publish(level, 1, topic, 0, Bytes.of(), "kept"));
            client.subscribe(topic, 1);
            assertThat(client.expectPublish("kept").retain()).isTrue();
            client.subscribe(topic, 0);
            client.expectPublish("kept");
            client.send(Bytes.publish(level, topic, 1, 1, "once"));
            Packet a = client.read();
            Packet b = client.read();
            Packet publish = a.isPublish() ? a : b;
            assertThat(publish.qos()).isZero();
            client.expectNothing();
        }
    }

    @Test
    @Normative(v5 = {"3.3.1-10", "3.3.1-11"})
    void retainHandlingSaysWhenRetainedMessagesCome() throws IOException {
        try (RawClient client = connected(5, "handling")) {
            client.send(Bytes.publish(5, 1, "rh/t", 0, Bytes.of(), "kept"));
            client.subscribe("rh/+", 0x10);
            client.expectPublish("kept");
            client.subscribe("rh/+", 0x10);
            client.expectNothing();
            client.subscribe("rh/#", 0x20);
            client.expectNothing();
        }
    }

    @Test
    @Normative(
            v5 = {"3.3.1-12", "3.3.1-13"},
            v3 = "3.3.1-9")
    void retainAsPublishedKeepsTheFlag() throws IOException {
        try (RawClient plain = connected(5, "plain");
                RawClient asPublished = connected(5, "as-published");
                RawClient four = connected(4, "rap4")) {
            plain.subscribe("rap", 0);
            four.subscribe("rap", 0);
            asPublished.send(Bytes.subscribe(5, 1, "rap", 8)).expect(RawClient.SUBACK);
            four.send(Bytes.publish(4, 1, "rap", 0, Bytes.of(), "r"));
            assertThat(plain.expectPublish("r").retain()).isFalse();
            assertThat(four.expectPublish("r").retain()).isFalse();
            assertThat(asPublished.expectPublish("r").retain()).isTrue();
            four.send(Bytes.publish(4, 0, "rap", 0, Bytes.of(), "n"));
            assertThat(asPublished.expectPublish("n").retain()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.3.1-5", "3.3.1-6", "3.3.1-7", "3.3.1-8"},
            v3 = {"3.3.1-5", "3.3.1-7", "3.3.1-10", "3.3.1-11", "3.3.1-12", "3.1.2-7"})
    void retainedMessageIsReplacedKeptAndRemoved(int level) throws IOException {
        String topic = "retained/" + level;
        try (RawClient publisher = connected(level, "pub-" + topic)) {
            publisher.send(Bytes.publish(level, 3, topic, 1, Bytes.of(), "first"));
            publisher.expect(RawClient.PUBACK);
            publisher.send(Bytes.publish(level, 3, topic, 2, Bytes.of(), "second"));
            publisher.expect(RawClient.PUBACK);
            publisher.send(Bytes.publish(level, 2, topic, 3, Bytes.of(), "not retained"));
            publisher.expect(RawClient.PUBACK);
        }
        // The publisher's session is over; what it retained is not.
        try (RawClient client = connected(level, "sub-" + topic)) {
            client.subscribe(topic, 0).expectPublish("second");
            client.expectNothing();
            client.send(Bytes.publish(level, 1, topic, 0, Bytes.of(), ""));
            assertThat(client.expectPublish("").retain()).isFalse();
            client.subscribe(topic, 0).expectNothing();
        }
    }

    @Test
    @Normative(v5 = "3.8.3-3")
    void noLocalKeepsAClientsOwnMessagesFromIt() throws IOException {
        try (RawClient client = connected(5, "local");
                RawClient other = connected(5, "other")) {
            client.send(Bytes.subscribe(5, 1, "nl", 4)).expect(RawClient.SUBACK);
            client.send(Bytes.publish(5, "nl", 0, 0, "own")).expectNothing();
            other.send(Bytes.publish(5, "nl", 0, 0, "other's"));
            client.expectPublish("other's");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {
                "3.10.4-1",
                "3.10.4-2",
                "3.10.4-4",
                "3.10.4-5",
                "3.10.4-6",
                "3.11.3-1",
                "3.11.3-2"
            },
            v3 = {"3.10.4-1", "3.10.4-2", "3.10.4-4", "3.10.4-5", "3.10.4-6"})
    void unsubscribeEndsWhatItNames(int level) throws IOException {
        try (RawClient client = connected(level, "unsubscribe")) {
            client.subscribe("un/a", 0).subscribe("un/b", 0).subscribe("un/+", 0);
            client.send(Bytes.unsubscribe(level, 258, "un/a", "un/x", "un/+"));
            byte[] answer = client.expect(RawClient.UNSUBACK).body();
            if (level == 5) {
                assertThat(answer).containsExactly(1, 2, 0, 0, 0x11, 0);
            } else {
                assertThat(answer).containsExactly(1, 2);
            }
            client.send(Bytes.publish(level, "un/a", 0, 0, "no")).expectNothing();
            client.send(Bytes.publish(level, "un/b", 0, 0, "yes")).expectPublish("yes");
        }
    }

    @Test
    @Normative(v5 = "3.10.4-3", v3 = "3.10.4-3")
    void whatIsInFlightIsFinishedAfterUnsubscribe() throws IOException {
        try (RawClient client = connected(5, "flight")) {
            client.subscribe("fl", 2);
            client.send(Bytes.publish(5, "fl", 2, 1, "m"));
            Packet a = client.read();
            Packet b = client.read();
            int id = (a.isPublish() ? a : b).publishId();
            client.send(Bytes.unsubscribe(5, 2, "fl")).expect(RawClient.UNSUBACK);
            client.send(Bytes.ack(0x50, id)).expect(RawClient.PUBREL);
        }
    }

    @Test
    void subscriptionBeyondTheLimitIsRefused() throws IOException {
        try (RawClient client = connected(5, "greedy")) {
            for (int i = 0; i < 1000; i++) {
                client.subscribe("greedy/" + i, 0);
            }
            client.send(Bytes.subscribe(5, 1, "greedy/more", 0));
            assertThat(client.expect(RawClient.SUBACK).u8(3)).isEqualTo(0x97);
            client.subscribe("greedy/7", 1);
        }
    }
}
