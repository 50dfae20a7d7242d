package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
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
            v5 = {
                "3.8.4-8", "3.3.4-1", "2.2.1-2", "2.2.1-4", "4.3.1-1", "4.3.2-2", "4.3.2-4",
                "4.8.2-3"
            },
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
            v5 = {
                "2.2.1-5",
                "4.3.3-8",
                "4.3.3-10",
                "4.3.3-11",
                "4.3.3-12",
                "4.3.2-5",
                "3.6.2-1",
                "3.7.2-1",
                "3.4.2-1",
                "3.5.2-1"
            },
            v3 = {"2.3.1-6", "4.3.3-2", "4.3.3-1"})
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

    @Test
    @Normative(
            v5 = {"4.3.3-1", "4.3.3-2", "4.3.3-4", "4.3.3-6", "4.4.0-2", "4.8.2-6"},
            v3 = {})
    void messageToAClientIsReleasedOrGivenUpAsItsAnswerSays() throws IOException {
        try (RawClient subscriber = connected(5, "sub-out");
                RawClient publisher = connected(5, "pub-out")) {
            subscriber.subscribe("out", 2);
            publisher.send(Bytes.publish(5, "out", 2, 1, "a"));
            publisher.expect(RawClient.PUBREC);
            int id = subscriber.expectPublish("a").publishId();
            subscriber.send(Bytes.ack(0x50, id));
            assertThat(subscriber.expect(RawClient.PUBREL).u16(0)).isEqualTo(id);
            subscriber.send(Bytes.ack(0x70, id)).expectNothing();
            publisher.send(Bytes.publish(5, "out", 2, 2, "b"));
            publisher.expect(RawClient.PUBREC);
            id = subscriber.expectPublish("b").publishId();
            subscriber.send(Bytes.packet(0x50, new Bytes().u16(id).u8(0x83))).expectNothing();
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
                "4.6.0-6",
                "4.3.3-3",
                "4.3.3-5"
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
        MqttLimits few = limits(MqttLimits.DEFAULTS, 3);
        try (TestServer strict = TestServer.builder().limits(few).start();
                RawClient client = RawClient.connected(strict.port(), 5, "many")) {
            for (int id = 1; id <= 3; id++) {
                client.send(Bytes.publish(5, "t", 2, id, "x")).expect(RawClient.PUBREC);
            }
            client.send(Bytes.publish(5, "t", 2, 4, "x")).expectEnd(0x93);
        }
    }

    static MqttLimits limits(MqttLimits d, int receiveMax) {
        return new MqttLimits(
                d.connectionsMax(),
                d.connectTimeoutMillis(),
                d.packetBytesMax(),
                d.clientIdBytesMax(),
                d.topicLevelsMax(),
                receiveMax,
                d.pendingBytesMax(),
                d.sendMax(),
                d.queuedMessagesMax(),
                d.queuedBytesMax(),
                d.queuedBytesTotalMax(),
                d.queueFull(),
                d.sessionsMax(),
                d.sessionExpirySecondsMax(),
                d.subscriptionsPerSessionMax(),
                d.retainedMessagesMax(),
                d.retainedBytesMax(),
                d.topicAliasMax(),
                d.keepAliveSecondsMax());
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
    @ValueSource(strings = {"a/+", "#", "a/#/b", "$share/g/t", "$SYS/x"})
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
    @Normative(
            v5 = {"3.3.2-4", "3.3.2-15", "3.3.2-16", "3.3.2-17", "3.3.2-18", "3.3.2-20", "3.3.1-3"},
            v3 = "3.3.1-3")
    void propertiesArriveUnaltered() throws IOException {
        Bytes properties =
                Bytes.of(0x01, 1)
                        .u8(0x03)
                        .text("text/plain")
                        .u8(0x08)
                        .text("answers")
                        .u8(0x09, 0, 2, 7, 8)
                        .u8(0x26)
                        .text("b")
                        .text("1")
                        .u8(0x26)
                        .text("a")
                        .text("2");
        try (RawClient subscriber = connected(5, "sub-props");
                RawClient publisher = connected(5, "pub-props")) {
            subscriber.subscribe("props", 1);
            publisher.send(Bytes.publish(5, 2 | 8, "props", 3, properties, "x"));
            publisher.expect(RawClient.PUBACK);
            Packet got = subscriber.expectPublish("x");
            assertThat(got.publishProperties()).containsExactly(properties.array());
            assertThat(got.dup()).isFalse();
        }
    }

    @Test
    @Normative(v5 = {"3.3.2-13", "3.3.2-14", "3.3.2-19", "3.3.4-6"})
    void propertiesThatCannotBeEndTheConnection() throws IOException {
        Bytes wildcard = Bytes.of(0x08).text("a/#");
        Bytes ill = Bytes.of(0x08, 0, 1, 0xFF);
        Bytes illType = Bytes.of(0x03, 0, 1, 0xFF);
        Bytes identifier = Bytes.of(0x0B, 1);
        Bytes indicator = Bytes.of(0x01, 2);
        int[] codes = {0x82, 0x81, 0x81, 0x82, 0x82};
        Bytes[] bad = {wildcard, ill, illType, identifier, indicator};
        for (int i = 0; i < bad.length; i++) {
            try (RawClient client = connected(5, "bad-props")) {
                client.send(Bytes.publish(5, 0, "t", 0, bad[i], "x")).expectEnd(codes[i]);
            }
        }
    }

    /// Netty's codec-mqtt 4.2.17 loses a last property of two bytes when the properties' length takes
    /// two: one reason for a reader of our own (docs/decisions/0070).
    @Test
    void lastPropertyBehindLongOnesIsRead() throws IOException {
        Bytes properties = Bytes.of(0x26).text("k").text("v".repeat(121)).u8(0x01, 1);
        assertThat(properties.size()).isGreaterThanOrEqualTo(128);
        try (RawClient client = connected(5, "long-props")) {
            client.subscribe("long", 0);
            client.send(Bytes.publish(5, 0, "long", 0, properties, "payload"));
            Packet got = client.read();
            assertThat(got.isPublish()).isTrue();
            assertThat(new String(got.body(), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .endsWith("payload")
                    .contains("\u0001\u0001");
        }
    }

    @Test
    @Normative(v5 = {"3.3.2-7", "3.3.2-12", "3.3.2-8", "3.3.2-9"})
    void topicAliasesFromAClient() throws IOException {
        try (RawClient client = connected(5, "alias")) {
            client.subscribe("alias/#", 0);
            Bytes last = Bytes.of(0x23, 0, 64);
            client.send(Bytes.publish(5, 0, "alias/a", 0, last, "1"));
            client.send(Bytes.publish(5, 0, "", 0, last, "2"));
            client.send(Bytes.publish(5, 0, "alias/b", 0, last, "3"));
            client.send(Bytes.publish(5, 0, "", 0, last, "4"));
            assertThat(client.expectPublish("1").topic()).isEqualTo("alias/a");
            assertThat(client.expectPublish("2").topic()).isEqualTo("alias/a");
            assertThat(client.expectPublish("3").topic()).isEqualTo("alias/b");
            assertThat(client.expectPublish("4").topic()).isEqualTo("alias/b");
        }
        try (RawClient client = connected(5, "alias")) {
            // Of the connection before, nothing is known.
            client.send(Bytes.publish(5, 0, "", 0, Bytes.of(0x23, 0, 64), "x")).expectEnd(0x82);
        }
        for (int alias : new int[] {0, 65}) {
            try (RawClient client = connected(5, "alias")) {
                client.send(Bytes.publish(5, 0, "t", 0, Bytes.of(0x23, 0, alias), "x"));
                client.expectEnd(0x94);
            }
        }
    }

    @Test
    @Normative(v5 = {"3.1.2-26", "3.3.2-11", "3.1.2-27"})
    void topicAliasesToAClient() throws IOException {
        Bytes connect = Bytes.connect(5, "alias-out", true, 0, Bytes.of(0x22, 0, 1));
        try (RawClient client = RawClient.connected(server.port(), connect, 5)) {
            client.subscribe("ao/#", 0);
            for (String each : new String[] {"ao/1", "ao/1", "ao/2", "ao/1"}) {
                client.send(Bytes.publish(5, each, 0, 0, each));
            }
            Packet first = client.expectPublish("ao/1");
            assertThat(first.topic()).isEqualTo("ao/1");
            assertThat(first.publishProperties()).containsExactly(0x23, 0, 1);
            Packet second = client.expectPublish("ao/1");
            assertThat(second.topic()).isEmpty();
            assertThat(second.publishProperties()).containsExactly(0x23, 0, 1);
            Packet third = client.expectPublish("ao/2");
            assertThat(third.topic()).isEqualTo("ao/2");
            assertThat(third.publishProperties()).isEmpty();
            assertThat(client.expectPublish("ao/1").topic()).isEmpty();
        }
        try (RawClient client = connected(5, "no-alias-out")) {
            client.subscribe("nao", 0).send(Bytes.publish(5, "nao", 0, 0, "x"));
            assertThat(client.expectPublish("x").publishProperties()).isEmpty();
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
