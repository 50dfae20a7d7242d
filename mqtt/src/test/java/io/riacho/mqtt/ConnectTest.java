package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.Authenticator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// CONNECT, CONNACK, DISCONNECT, PINGREQ.
class ConnectTest {

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawClient open(int level) throws IOException {
        return new RawClient(server.port()).level(level);
    }

    @Test
    @Normative(
            v5 = "3.1.0-1",
            v3 = {"3.1.0-1", "4.8.0-1"})
    void firstPacketThatIsNotAConnectEndsTheConnection() throws IOException {
        try (RawClient client = open(4)) {
            client.send(Bytes.pingreq()).expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.0-2", "4.13.1-1", "4.13.2-1", "3.2.0-2", "3.14.4-2"},
            v3 = "3.1.0-2")
    void secondConnectEndsTheConnection(int level) throws IOException {
        try (RawClient client = RawClient.connected(server.port(), level, "twice")) {
            client.send(Bytes.connect(level, "twice", true)).expectEnd(0x82);
        }
    }

    @Test
    @Normative(v5 = "3.1.2-1", v3 = "3.1.2-1")
    void anotherProtocolNameIsNotAnswered() throws IOException {
        try (RawClient client = open(4)) {
            Bytes body = new Bytes().text("HTTP").u8(4, 2).u16(0).text("x");
            client.send(Bytes.packet(0x10, body)).expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3, 6, 127})
    @Normative(
            v5 = {"3.1.2-2", "3.2.2-6", "3.2.2-7"},
            v3 = {"3.1.2-2", "3.2.2-4", "3.2.2-5"})
    void anotherProtocolLevelIsRefusedByCode(int level) throws IOException {
        try (RawClient client = open(4)) {
            Bytes body = new Bytes().text("MQTT").u8(level, 2).u16(0);
            client.send(Bytes.packet(0x10, body.u8(0).text("x")));
            Packet connack = client.expect(RawClient.CONNACK);
            assertThat(connack.u8(0)).isZero();
            assertThat(connack.u8(1)).isEqualTo(level > 5 ? 0x84 : 1);
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.2-3", "3.1.2-11", "3.1.2-13", "3.1.4-1", "3.14.0-1"},
            v3 = {"3.1.2-3", "3.1.2-13", "3.1.2-15", "3.1.4-1", "3.2.2-6"})
    void flagsThatContradictEachOtherAreMalformed(int level) throws IOException {
        // The reserved flag; will QoS, or retain, without a will; will QoS 3.
        for (int flags : new int[] {0x03, 0x0A, 0x22, 0x1E}) {
            try (RawClient client = open(level)) {
                Bytes body = new Bytes().text("MQTT").u8(level, flags).u16(0);
                if (level == 5) {
                    body.u8(0);
                }
                client.send(Bytes.packet(0x10, body.text("x")));
                if (level == 5) {
                    assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x81);
                }
                client.expectClosed();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.2-12", "3.1.2-9"},
            v3 = {"3.1.2-14", "3.1.2-9"})
    void willFieldsMustBeThereAndOfAQosThatExists(int level) throws IOException {
        try (RawClient client = open(level)) {
            Bytes body = new Bytes().text("MQTT").u8(level, 2 | 4).u16(0);
            if (level == 5) {
                body.u8(0);
            }
            client.send(Bytes.packet(0x10, body.text("no-will")));
            if (level == 5) {
                assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x81);
            }
            client.expectClosed();
        }
        for (int qos = 0; qos <= 2; qos++) {
            String id = "w" + qos + level;
            Bytes connect =
                    Bytes.connectWithWill(level, id, qos << 3, Bytes.of(), Bytes.of(), "t", "p");
            RawClient.connected(server.port(), connect, level).close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.2-16", "3.1.2-17", "3.1.2-18", "3.1.2-19", "3.1.3-1"},
            v3 = {"3.1.2-18", "3.1.2-19", "3.1.2-20", "3.1.2-21", "3.1.2-11", "3.1.3-1"})
    void fieldsFollowTheFlags(int level) throws IOException {
        int both = 0xC2;
        Bytes good = new Bytes().text("MQTT").u8(level, both).u16(0);
        Bytes missing = new Bytes().text("MQTT").u8(level, both).u16(0);
        Bytes surplus = new Bytes().text("MQTT").u8(level, 2).u16(0);
        for (Bytes each : new Bytes[] {good, missing, surplus}) {
            if (level == 5) {
                each.u8(0);
            }
            each.text("fields");
        }
        good.text("user").text("password");
        missing.text("user");
        surplus.text("user");
        RawClient.connected(server.port(), Bytes.packet(0x10, good), level).close();
        for (Bytes each : new Bytes[] {missing, surplus}) {
            try (RawClient client = open(level)) {
                client.send(Bytes.packet(0x10, each));
                if (level == 5) {
                    assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x81);
                }
                client.expectClosed();
            }
        }
    }

    @Test
    @Normative(v3 = "3.1.2-22")
    void passwordWithoutUserNameIsForVersion5Only() throws IOException {
        Bytes four = new Bytes().text("MQTT").u8(4, 0x42).u16(0).text("p").text("secret");
        try (RawClient client = open(4)) {
            client.send(Bytes.packet(0x10, four)).expectClosed();
        }
        Bytes five = new Bytes().text("MQTT").u8(5, 0x42).u16(0).u8(0).text("p").text("secret");
        RawClient.connected(server.port(), Bytes.packet(0x10, five), 5).close();
    }

    @Test
    @Normative(
            v5 = {"1.5.4-1", "1.5.4-2", "3.1.3-4", "3.1.3-11", "3.1.3-12", "1.5.7-1"},
            v3 = {"1.5.3-1", "1.5.3-2", "3.1.3-4", "3.1.3-10", "3.1.3-11"})
    void textThatIsNotUtf8IsMalformed() throws IOException {
        byte[][] bad = {
            {(byte) 0xC0, (byte) 0x80},
            {0},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            {(byte) 0xE2, (byte) 0x82}
        };
        for (byte[] each : bad) {
            Bytes text = new Bytes().u16(each.length).raw(each);
            Bytes id = new Bytes().text("MQTT").u8(5, 2).u16(0).u8(0).raw(text);
            Bytes will = new Bytes().text("MQTT").u8(5, 6).u16(0).u8(0).text("i").u8(0).raw(text);
            Bytes user = new Bytes().text("MQTT").u8(5, 0x82).u16(0).u8(0).text("i").raw(text);
            Bytes pair = Bytes.properties(Bytes.of(0x26).text("k").raw(text));
            Bytes property = new Bytes().text("MQTT").u8(5, 2).u16(0).raw(pair).text("i");
            for (Bytes body : new Bytes[] {id, will.text("p"), user, property}) {
                try (RawClient client = open(5)) {
                    client.send(Bytes.packet(0x10, body));
                    assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x81);
                    client.expectClosed();
                }
            }
        }
    }

    @Test
    @Normative(
            v5 = {"3.1.3-3", "3.1.3-5"},
            v3 = {"3.1.3-3", "3.1.3-5"})
    void everyClientIdThatMustBeAllowedIs() throws IOException {
        for (int level : new int[] {4, 5}) {
            RawClient.connected(server.port(), level, "a").close();
            RawClient.connected(server.port(), level, "0123456789abcdefghijklm").close();
            RawClient.connected(server.port(), level, "nopqrstuvwxyzABCDEFGHIJ").close();
            RawClient.connected(server.port(), level, "KLMNOPQRSTUVWXYZ").close();
        }
    }

    @Test
    @Normative(
            v5 = {"3.1.3-6", "3.1.3-7", "3.2.2-16"},
            v3 = "3.1.3-6")
    void emptyClientIdGetsOne() throws IOException {
        try (RawClient client = open(5)) {
            client.send(Bytes.connect(5, "", true));
            Packet connack = client.expect(RawClient.CONNACK);
            String all = new String(connack.body(), StandardCharsets.ISO_8859_1);
            int at = all.indexOf("\u0012\u0000)auto-") + 3;
            String given = all.substring(at, at + 41);
            assertThat(server.server().client(given)).isNotNull();
            client.subscribe("assigned", 0);
            // Whoever comes by that name is the same client.
            RawClient.connected(server.port(), 5, given).close();
            client.expectEnd(0x8E);
        }
        try (RawClient a = RawClient.connected(server.port(), 4, "");
                RawClient b = RawClient.connected(server.port(), 4, "")) {
            a.expectNothing();
            b.expectNothing();
        }
    }

    @Test
    @Normative(v3 = {"3.1.3-7", "3.1.3-8", "3.1.3-9"})
    void emptyClientIdNeedsACleanSession() throws IOException {
        try (RawClient client = open(4)) {
            client.send(Bytes.connect(4, "", false));
            assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(2);
            client.expectClosed();
        }
    }

    @Test
    @Normative(v5 = {"3.1.3-8", "3.2.2-19"})
    void clientIdThatIsTooLongIsRefused() throws IOException {
        try (RawClient client = open(5)) {
            client.send(Bytes.connect(5, "x".repeat(200), true));
            assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x85);
            client.expectClosed();
        }
        try (RawClient client = open(5)) {
            Bytes small = Bytes.of(0x27, 0, 0, 0, 9);
            client.send(Bytes.connect(5, "x".repeat(200), true, 0, small));
            assertThat(client.expect(RawClient.CONNACK).body()).hasSize(3);
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(v5 = "3.1.4-3", v3 = "3.1.4-2")
    void secondConnectionTakesTheSessionOver(int level) throws IOException {
        try (RawClient first = RawClient.connected(server.port(), level, "taken");
                RawClient second = RawClient.connected(server.port(), level, "taken")) {
            first.expectEnd(0x8E);
            second.expectNothing();
        }
    }

    @Test
    @Normative(
            v5 = {"3.1.4-5", "3.2.0-1", "3.2.2-1", "3.2.2-8"},
            v3 = {"3.1.4-4", "3.2.0-1"})
    void connackIsTheFirstPacketEvenWhenMoreWasSentAtOnce() throws IOException {
        try (RawClient client = open(5)) {
            client.send(
                    Bytes.connect(5, "eager", true)
                            .raw(Bytes.subscribe(5, 7, "eager/#", 1))
                            .raw(Bytes.publish(5, "eager/x", 1, 9, "hi")));
            assertThat(client.expect(RawClient.CONNACK).body()).startsWith(0, 0);
            client.expect(RawClient.SUBACK);
            // The message and its PUBACK may come in either order.
            Packet a = client.read();
            Packet b = client.read();
            assertThat(a.isPublish() ^ b.isPublish()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.4-2", "3.1.4-6"},
            v3 = {"3.1.4-5"})
    void nothingOfARefusedClientIsProcessed(int level) throws IOException {
        Authenticator nobody =
                (request, answer) ->
                        answer.accept(
                                new Authenticator.Refused(
                                        ReasonCode.BAD_USER_NAME_OR_PASSWORD, "no"));
        try (TestServer strict = TestServer.builder().authenticator(nobody).start();
                RawClient client = new RawClient(strict.port())) {
            client.send(
                    Bytes.connect(level, "x", true)
                            .raw(Bytes.publish(level, 1, "kept", 0, Bytes.of(), "no")));
            int code = client.expect(RawClient.CONNACK).u8(1);
            assertThat(code).isEqualTo(level == 5 ? 0x86 : 4);
            client.expectClosed();
            assertThat(strict.server().statistics().messagesReceived()).isZero();
            assertThat(strict.server().statistics().retainedMessages()).isZero();
        }
    }

    @Test
    @Normative(v5 = {"4.12.0-1", "4.12.0-4"})
    void enhancedAuthenticationIsRefused() throws IOException {
        try (RawClient client = open(5)) {
            Bytes method = Bytes.of(0x15).text("SCRAM-SHA-1").u8(0x16).text("data");
            client.send(Bytes.connect(5, "scram", true, 0, method));
            assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x8C);
            client.expectClosed();
        }
    }

    @Test
    @Normative(v5 = {"4.12.0-6", "4.12.0-7", "3.15.1-1"})
    void authWithoutAMethodIsAProtocolError() throws IOException {
        try (RawClient client = RawClient.connected(server.port(), 5, "auth")) {
            client.send(Bytes.of(0xF0, 0)).expectEnd(0x82);
        }
        try (RawClient client = RawClient.connected(server.port(), 5, "auth")) {
            client.send(Bytes.of(0xF1, 0)).expectEnd(0x81);
        }
        try (RawClient client = RawClient.connected(server.port(), 4, "auth")) {
            client.send(Bytes.of(0xF0, 0)).expectEnd(0);
        }
    }

    @Test
    @Normative(v5 = "3.12.4-1", v3 = "3.12.4-1")
    void pingIsAnswered() throws IOException {
        try (RawClient client = RawClient.connected(server.port(), 4, "ping")) {
            client.send(Bytes.pingreq()).expect(RawClient.PINGRESP);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.2-22", "3.2.2-22"},
            v3 = "3.1.2-24")
    void silentClientIsDisconnectedAfterOneAndAHalfKeepAlives(int level) throws IOException {
        long before = System.nanoTime();
        Bytes connect = Bytes.connect(level, "silent", true, 1, Bytes.of());
        try (RawClient client = RawClient.connected(server.port(), connect, level)) {
            client.expectEnd(0x8D);
            assertThat(System.nanoTime() - before).isGreaterThan(1_300_000_000L);
        }
    }

    @Test
    @Normative(
            v5 = {"3.14.1-1", "2.1.3-1"},
            v3 = {"3.14.1-1", "2.2.2-1", "2.2.2-2"})
    void reservedFlagsEndTheConnection() throws IOException {
        int[] firsts = {0xE1, 0xC1, 0x41, 0x51, 0x60, 0x71, 0x80, 0xA0, 0x21, 0x00};
        for (int first : firsts) {
            for (int level : new int[] {4, 5}) {
                try (RawClient client = RawClient.connected(server.port(), level, "flags")) {
                    client.send(Bytes.of(first, 2, 0, 1)).expectEnd(0x81);
                }
            }
        }
    }

    @Test
    void serversPacketsFromAClientAreProtocolErrors() throws IOException {
        for (int first : new int[] {0x20, 0x90, 0xB0, 0xD0}) {
            try (RawClient client = RawClient.connected(server.port(), 5, "reversed")) {
                client.send(Bytes.of(first, 2, 0, 0)).expectEnd(0x82);
            }
        }
    }

    @Test
    @Normative(v5 = "1.5.5-1")
    void lengthsMustBeAsShortAsTheyCan() throws IOException {
        try (RawClient client = RawClient.connected(server.port(), 5, "long-length")) {
            client.send(Bytes.of(0xC0, 0x80, 0)).expectEnd(0x81);
        }
        try (RawClient client = RawClient.connected(server.port(), 5, "longer-length")) {
            client.send(Bytes.of(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1)).expectEnd(0x81);
        }
    }

    @Test
    void packetThatIsTooLargeIsRefusedBeforeItIsThere() throws IOException {
        try (RawClient client = RawClient.connected(server.port(), 5, "large")) {
            client.send(Bytes.of(0x30).length(2 << 20)).expectEnd(0x95);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    @Normative(v5 = {"3.1.2-28", "4.12.0-6"})
    void connackSaysTheLimitsAndNothingElse(int responseInformation) throws IOException {
        try (RawClient client = open(5)) {
            Bytes asks = Bytes.of(0x19, responseInformation);
            client.send(Bytes.connect(5, "limits", true, 0, asks));
            byte[] body = client.expect(RawClient.CONNACK).body();
            // Receive Maximum 4096, Maximum Packet Size 1 MiB, Topic Alias Maximum 64.
            assertThat(body)
                    .containsExactly(0, 0, 11, 0x21, 0x10, 0, 0x27, 0, 0x10, 0, 0, 0x22, 0, 0x40);
        }
    }

    @Test
    void propertyThatComesTwiceIsAProtocolErrorAndAStrangeOneMalformed() throws IOException {
        Bytes twice = Bytes.of(0x21, 0, 9, 0x21, 0, 9);
        Bytes strange = Bytes.of(0x23, 0, 1);
        Bytes unknown = Bytes.of(0x7E, 0);
        Bytes cut = Bytes.of(0x11, 0, 0);
        Bytes zero = Bytes.of(0x21, 0, 0);
        Bytes[] bad = {twice, zero, strange, unknown, cut};
        for (int i = 0; i < bad.length; i++) {
            try (RawClient client = open(5)) {
                client.send(Bytes.connect(5, "properties", true, 0, bad[i]));
                int code = client.expect(RawClient.CONNACK).u8(1);
                assertThat(code).isEqualTo(i < 2 ? 0x82 : 0x81);
                client.expectClosed();
            }
        }
    }
}
