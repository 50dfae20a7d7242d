package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The properties of a PUBLISH of MQTT 5, and topic aliases.
class PublishPropertiesTest {

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
}
