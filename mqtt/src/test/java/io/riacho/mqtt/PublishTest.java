package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
import io.riacho.mqtt.spi.MqttLimits;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// PUBLISH and its acknowledgements, both ways.
class PublishTest {

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
    @CsvSource({"4,0,0", "4,1,0", "4,0,1", "4,1,1", "4,2,1", "4,1,2", "4,2,2", "5,2,1", "5,1,2"})
    @Normative(
            v5 = {"3.8.4-8", "3.3.4-1", "2.2.1-2", "2.2.1-4", "4.3.1-1", "4.3.2-2", "4.3.3-2"},
            v3 = {"3.8.4-6", "3.3.4-1", "2.3.1-5", "2.3.1-1", "2.3.1-4", "4.3.1-1", "4.3.2-2"})
    void deliveredQosIsTheLowerOfBoth(int level, int published, int granted) throws IOException {
        String topic = "qos/" + level + published + granted;
        try (RawClient subscriber = connected(level, "s" + topic);
                RawClient publisher = connected(level, "p" + topic)) {
            subscriber.subscribe(topic, granted);
            publisher.send(Bytes.publish(level, topic, published, 77, "m"));
            if (published > 0) {
                int ack = published == 1 ? RawClient.PUBACK : RawClient.PUBREC;
                assertThat(publisher.expect(ack).u16(0)).isEqualTo(77);
            }
            Packet got = subscriber.expectPublish("m");
            assertThat(got.qos()).isEqualTo(Math.min(published, granted));
            assertThat(got.dup()).isFalse();
            if (got.qos() > 0) {
                assertThat(got.publishId()).isPositive();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"2.2.1-5", "4.3.3-8", "4.3.3-10", "4.3.3-11", "4.3.3-12"},
            v3 = {"2.3.1-6", "4.3.3-2"})
    void messageOfQos2IsTakenOnceHoweverOftenItComes(int level) throws IOException {
        String topic = "once/" + level;
        try (RawClient subscriber = connected(level, "sub" + topic);
                RawClient publisher = connected(level, "pub" + topic)) {
            subscriber.subscribe(topic, 0);
            publisher.send(Bytes.publish(level, topic, 2, 5, "one"));
            assertThat(publisher.expect(RawClient.PUBREC).u16(0)).isEqualTo(5);
            publisher.send(Bytes.publish(level, 4 | 8, topic, 5, Bytes.of(), "one"));
            assertThat(publisher.expect(RawClient.PUBREC).u16(0)).isEqualTo(5);
            publisher.send(Bytes.ack(0x62, 5));
            assertThat(publisher.expect(RawClient.PUBCOMP).u16(0)).isEqualTo(5);
            // The id is free again: whatever comes with it is new, DUP or not.
            publisher.send(Bytes.publish(level, 4 | 8, topic, 5, Bytes.of(), "two"));
            publisher.expect(RawClient.PUBREC);
            subscriber.expectPublish("one");
            subscriber.expectPublish("two");
            subscriber.expectNothing();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(v5 = "4.3.2-5", v3 = "4.3.2-2")
    void idOfQos1IsFreeAfterItsPuback(int level) throws IOException {
        try (RawClient client = connected(level, "reuse")) {
            client.subscribe("reuse/" + level, 0);
            for (int flags : new int[] {2, 2 | 8}) {
                String payload = "with " + flags;
                client.send(Bytes.publish(level, flags, "reuse/" + level, 5, Bytes.of(), payload));
                Packet a = client.read();
                Packet b = client.read();
                Packet message = a.isPublish() ? a : b;
                assertThat(message.payload(level)).isEqualTo(payload);
                assertThat((a.isPublish() ? b : a).first()).isEqualTo(RawClient.PUBACK);
            }
        }
    }

    @Test
    void publishAndItsDuplicateInOneReadAreOneMessage() throws IOException {
        try (RawClient subscriber = connected(4, "sub-burst");
                RawClient publisher = connected(4, "pub-burst")) {
            subscriber.subscribe("burst", 0);
            publisher.send(
                    Bytes.publish(4, "burst", 2, 5, "one")
                            .raw(Bytes.publish(4, 4 | 8, "burst", 5, Bytes.of(), "one"))
                            .raw(Bytes.ack(0x62, 5))
                            .raw(Bytes.publish(4, "burst", 2, 6, "two")));
            publisher.expect(RawClient.PUBREC);
            publisher.expect(RawClient.PUBREC);
            publisher.expect(RawClient.PUBCOMP);
            publisher.expect(RawClient.PUBREC);
            subscriber.expectPublish("one");
            subscriber.expectPublish("two");
            subscriber.expectNothing();
        }
    }

    @Test
    void unknownPacketIdsAreAnsweredByTheBook() throws IOException {
        try (RawClient five = connected(5, "strange5");
                RawClient four = connected(4, "strange4")) {
            five.send(Bytes.ack(0x62, 99));
            assertThat(five.expect(RawClient.PUBCOMP).u8(2)).isEqualTo(0x92);
            five.send(Bytes.ack(0x50, 99));
            assertThat(five.expect(RawClient.PUBREL).u8(2)).isEqualTo(0x92);
            five.send(Bytes.ack(0x40, 99)).send(Bytes.ack(0x70, 99)).expectNothing();
            four.send(Bytes.ack(0x62, 99));
            assertThat(four.expect(RawClient.PUBCOMP).body()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"4.3.3-1", "4.3.3-2", "4.3.3-4"},
            v3 = "4.3.3-1")
    void messageToAClientIsReleasedWhenItHasIt(int level) throws IOException {
        try (RawClient subscriber = connected(level, "sub-out");
                RawClient publisher = connected(level, "pub-out")) {
            subscriber.subscribe("out", 2);
            publisher.send(Bytes.publish(level, "out", 2, 1, "a"));
            publisher.expect(RawClient.PUBREC);
            publisher.send(Bytes.publish(level, "out", 2, 2, "b"));
            publisher.expect(RawClient.PUBREC);
            Packet a = subscriber.expectPublish("a");
            Packet b = subscriber.expectPublish("b");
            assertThat(a.dup() || b.dup()).isFalse();
            assertThat(a.publishId()).isNotEqualTo(b.publishId());
            for (int id : new int[] {a.publishId(), b.publishId()}) {
                subscriber.send(Bytes.ack(0x50, id));
                assertThat(subscriber.expect(RawClient.PUBREL).u16(0)).isEqualTo(id);
                subscriber.send(Bytes.ack(0x70, id)).expectNothing();
            }
        }
    }

    @Test
    @Normative(v5 = "4.4.0-2")
    void messageThatAClientRefusesIsNotSentAgain() throws IOException {
        Bytes connect = Bytes.connect(5, "sub-no", true, 0, Bytes.of(0x21, 0, 1).u8(0x11).u32(60));
        try (RawClient publisher = connected(5, "pub-no")) {
            try (RawClient subscriber = RawClient.connected(server.port(), connect, 5)) {
                subscriber.subscribe("no", 2);
                for (int id = 1; id <= 3; id++) {
                    publisher.send(Bytes.publish(5, "no", id == 2 ? 1 : 2, id, "m" + id));
                    publisher.read();
                }
                // Each refusal makes room for the next in a window of one.
                int first = subscriber.expectPublish("m1").publishId();
                subscriber.send(Bytes.packet(0x50, new Bytes().u16(first).u8(0x83)));
                int second = subscriber.expectPublish("m2").publishId();
                subscriber.send(Bytes.packet(0x40, new Bytes().u16(second).u8(0x87)));
                subscriber.expectPublish("m3");
                subscriber.expectNothing();
            }
            Bytes again = Bytes.connect(5, "sub-no", false, 0, Bytes.of(0x11).u32(0));
            try (RawClient subscriber = RawClient.connected(server.port(), again, 5)) {
                assertThat(subscriber.expectPublish("m3").dup()).isTrue();
                subscriber.expectNothing();
            }
        }
    }

    @Test
    @Normative(
            v5 = {
                "3.3.4-9",
                "3.3.4-10",
                "4.9.0-1",
                "4.9.0-2",
                "4.9.0-3",
                "4.3.2-1",
                "4.3.2-3",
                "4.6.0-5",
                "4.6.0-6"
            },
            v3 = {"4.6.0-5", "4.6.0-6", "4.3.2-1"})
    void serverKeepsToTheClientsReceiveMaximumAndToTheOrder() throws IOException {
        Bytes connect = Bytes.connect(5, "sub-window", true, 0, Bytes.of(0x21, 0, 2));
        try (RawClient subscriber = RawClient.connected(server.port(), connect, 5);
                RawClient publisher = connected(5, "pub-window")) {
            subscriber.subscribe("window", 1);
            for (int i = 1; i <= 5; i++) {
                publisher.send(Bytes.publish(5, "window", 1, i, "m" + i));
                publisher.expect(RawClient.PUBACK);
            }
            int first = subscriber.expectPublish("m1").publishId();
            int second = subscriber.expectPublish("m2").publishId();
            assertThat(second).isNotEqualTo(first);
            subscriber.expectNothing();
            subscriber.send(Bytes.ack(0x40, first));
            subscriber.expectPublish("m3");
            subscriber.expectNothing();
            subscriber.send(Bytes.ack(0x40, second));
            subscriber.expectPublish("m4");
        }
    }

    @Test
    void clientThatSendsBeyondTheReceiveMaximumIsDisconnected() throws IOException {
        MqttLimits few = Limits.with("receiveMax", 3);
        try (TestServer strict = TestServer.builder().limits(few).start();
                RawClient client = RawClient.connected(strict.port(), 5, "many")) {
            for (int id = 1; id <= 3; id++) {
                client.send(Bytes.publish(5, "t", 2, id, "x")).expect(RawClient.PUBREC);
            }
            client.send(Bytes.publish(5, "t", 2, 4, "x")).expectEnd(0x93);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.3.1-2", "3.3.1-4", "2.2.1-3", "3.6.1-1"},
            v3 = {"3.3.1-2", "3.3.1-4", "3.6.1-1"})
    void flagsAndIdsThatCannotBeEndTheConnection(int level) throws IOException {
        Bytes qos3 = Bytes.publish(level, 6, "t", 1, Bytes.of(), "x");
        Bytes dup0 = Bytes.publish(level, 8, "t", 0, Bytes.of(), "x");
        Bytes pubrel = Bytes.of(0x60, 2, 0, 1);
        for (Bytes each : new Bytes[] {qos3, dup0, pubrel}) {
            try (RawClient client = connected(level, "bad-flags")) {
                client.send(each).expectEnd(0x81);
            }
        }
        try (RawClient client = connected(level, "bad-id")) {
            client.send(Bytes.publish(level, "t", 1, 0, "x")).expectEnd(0x82);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/+", "#", "a/#/b"})
    @Normative(
            v5 = {"3.3.2-2", "4.7.0-1"},
            v3 = {"3.3.2-2", "4.7.1-1"})
    void topicNameWithWildcardsIsInvalid(String topic) throws IOException {
        for (int level : new int[] {4, 5}) {
            try (RawClient client = connected(level, "bad-topic")) {
                client.send(Bytes.publish(level, topic, 0, 0, "x")).expectEnd(0x90);
            }
        }
    }

    @Test
    @Normative(
            v5 = {"4.7.3-1", "4.7.3-2", "3.3.2-1"},
            v3 = {"4.7.3-1", "4.7.3-2", "3.3.2-1"})
    void topicNameMustBeThereAndBeText() throws IOException {
        for (int level : new int[] {4, 5}) {
            try (RawClient client = connected(level, "no-topic")) {
                client.send(Bytes.publish(level, "", 0, 0, "x")).expectEnd(0x82);
            }
            try (RawClient client = connected(level, "nul-topic")) {
                client.send(Bytes.publish(level, "a\0b", 0, 0, "x")).expectEnd(0x81);
            }
        }
    }

    @Test
    @Normative(
            v5 = {"4.7.3-4", "1.5.4-3"},
            v3 = {"4.7.3-4", "1.5.3-3"})
    void topicsAreNeitherNormalizedNorStripped() throws IOException {
        String bom = "\uFEFFbom/é";
        try (RawClient client = connected(4, "bom")) {
            client.subscribe(bom, 0).subscribe("bom/é", 0).subscribe("bom/e\u0301", 0);
            client.send(Bytes.publish(4, bom, 0, 0, "marked"));
            assertThat(client.expectPublish("marked").topic()).isEqualTo(bom);
            client.expectNothing();
            client.send(Bytes.publish(4, "BOM/é", 0, 0, "case")).expectNothing();
            client.send(Bytes.publish(4, "bom/é/", 0, 0, "slash")).expectNothing();
        }
    }

    @Test
    @Normative(v5 = "3.1.2-24")
    void answerThatIsTooLargeForItsClientIsNotSent() throws IOException {
        try (RawClient client = new RawClient(server.port()).level(5)) {
            // CONNACK itself would be larger.
            client.send(Bytes.connect(5, "tiny", true, 0, Bytes.of(0x27, 0, 0, 0, 12)));
            assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x95);
            client.expectClosed();
        }
        try (RawClient client = new RawClient(server.port())) {
            client.send(Bytes.connect(5, "tiniest", true, 0, Bytes.of(0x27, 0, 0, 0, 1)));
            client.expectClosed();
        }
        Bytes connect = Bytes.connect(5, "little", true, 0, Bytes.of(0x27, 0, 0, 0, 20));
        for (int first : new int[] {0x82, 0xA2}) {
            try (RawClient client = RawClient.connected(server.port(), connect, 5)) {
                Bytes body = Bytes.of(0, 1, 0);
                for (int i = 0; i < 20; i++) {
                    body.text("f" + i);
                    if (first == 0x82) {
                        body.u8(0);
                    }
                }
                client.send(Bytes.packet(first, body)).expectEnd(0x95);
            }
        }
    }

    @Test
    @Normative(v5 = {"3.1.2-24", "3.1.2-25"})
    void messageTooLargeForAClientIsLeftOut() throws IOException {
        Bytes connect = Bytes.connect(5, "small", true, 0, Bytes.of(0x27, 0, 0, 0, 40));
        try (RawClient client = RawClient.connected(server.port(), connect, 5);
                RawClient publisher = connected(5, "large-pub")) {
            client.subscribe("small", 1);
            publisher.send(Bytes.publish(5, "small", 1, 1, "x".repeat(100)));
            publisher.send(Bytes.publish(5, "small", 1, 2, "fits"));
            client.expectPublish("fits");
            client.expectNothing();
        }
    }

    @Test
    @Normative(
            v5 = {"3.3.4-2", "3.3.4-3", "3.3.4-4"},
            v3 = "3.3.5-1")
    void overlappingSubscriptionsGiveOneMessageWithAllTheirIdentifiers() throws IOException {
        try (RawClient client = connected(5, "overlap")) {
            client.send(Bytes.subscribe(5, 1, Bytes.of(0x0B, 5), "over/#", 0));
            client.expect(RawClient.SUBACK);
            client.send(Bytes.subscribe(5, 2, Bytes.of(0x0B, 9), "over/+", 1));
            client.expect(RawClient.SUBACK);
            client.send(Bytes.publish(5, "over/x", 2, 1, "m"));
            Packet a = client.read();
            Packet got = a.isPublish() ? a : client.expectPublish("m");
            assertThat(got.qos()).isEqualTo(1);
            assertThat(got.publishProperties()).hasSize(4).contains(0x0B, 5, 9);
        }
    }

    @Test
    @Normative(v5 = "3.3.2-3", v3 = "3.3.2-3")
    void topicThatArrivesIsTheTopicThatWasPublished() throws IOException {
        try (RawClient client = connected(4, "same-topic")) {
            client.subscribe("st/+/x", 0).send(Bytes.publish(4, "st/1/x", 0, 0, "m"));
            assertThat(client.expectPublish("m").topic()).isEqualTo("st/1/x");
        }
    }
}
