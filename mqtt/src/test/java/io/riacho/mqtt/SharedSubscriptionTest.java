package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Shared subscriptions (MQTT 5.0, 4.8.2).
class SharedSubscriptionTest {

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
    @Normative(v5 = "3.8.3-4")
    void noLocalOnASharedSubscriptionIsAProtocolError() throws IOException {
        try (RawClient client = connected(5, "shared-local")) {
            client.send(Bytes.subscribe(5, 1, "$share/g/t", 4)).expectEnd(0x82);
        }
    }

    @Test
    void sharedSubscriptionGivesEachMessageToOneMember() throws IOException {
        try (RawClient a = connected(5, "member-a");
                RawClient b = connected(5, "member-b");
                RawClient plain = connected(5, "no-member")) {
            a.subscribe("$share/g/sh/#", 0);
            b.subscribe("$share/g/sh/#", 0);
            plain.subscribe("sh/#", 0);
            for (int i = 0; i < 10; i++) {
                plain.send(Bytes.publish(5, "sh/" + i, 0, 0, "m" + i)).expectPublish("m" + i);
            }
            for (int i = 0; i < 5; i++) {
                assertThat(a.read().isPublish()).isTrue();
                assertThat(b.read().isPublish()).isTrue();
            }
            a.expectNothing();
            b.expectNothing();
        }
    }

    @Test
    void retainedMessagesDoNotGoToSharedSubscriptions() throws IOException {
        try (RawClient client = connected(5, "shared-retained")) {
            client.send(Bytes.publish(5, 1, "shr", 0, Bytes.of(), "kept"));
            client.subscribe("$share/g/shr", 0).expectNothing();
        }
    }

    @Test
    @Normative(v5 = "4.8.2-3")
    void eachMemberGetsItsOwnQos() throws IOException {
        try (RawClient zero = connected(5, "member-0");
                RawClient two = connected(5, "member-2");
                RawClient publisher = connected(5, "to-members")) {
            zero.subscribe("$share/q/shq", 0);
            two.subscribe("$share/q/shq", 2);
            for (int id = 1; id <= 2; id++) {
                publisher.send(Bytes.publish(5, "shq", 2, id, "m"));
                publisher.expect(RawClient.PUBREC);
            }
            assertThat(zero.expectPublish("m").qos()).isZero();
            assertThat(two.expectPublish("m").qos()).isEqualTo(2);
        }
    }

    @Test
    @Normative(v5 = "4.8.2-4")
    void qos2IsFinishedWithTheMemberThatItWasBegunWith() throws IOException {
        Bytes lasting = Bytes.connect(5, "begun-with", false, 0, Bytes.of(0x11).u32(3600));
        try (RawClient other = connected(5, "not-begun-with");
                RawClient publisher = connected(5, "to-begun-with")) {
            int id;
            try (RawClient member = RawClient.connected(server.port(), lasting, 5)) {
                member.subscribe("$share/b/shb", 2);
                publisher.send(Bytes.publish(5, "shb", 2, 1, "m"));
                publisher.expect(RawClient.PUBREC);
                id = member.expectPublish("m").publishId();
            }
            other.subscribe("$share/b/shb", 2);
            try (RawClient member = RawClient.connected(server.port(), lasting, 5)) {
                Packet again = member.expectPublish("m");
                assertThat(again.publishId()).isEqualTo(id);
                assertThat(again.dup()).isTrue();
                member.send(Bytes.ack(0x50, id)).expect(RawClient.PUBREL);
                member.send(Bytes.ack(0x70, id)).expectNothing();
            }
            other.expectNothing();
        }
    }

    @Test
    @Normative(v5 = "4.8.2-6")
    void messageThatAMemberRefusesGoesToNoOther() throws IOException {
        try (RawClient publisher = connected(5, "to-refuser");
                RawClient refuser = connected(5, "refuser")) {
            refuser.subscribe("$share/r/shr6", 2);
            try (RawClient other = connected(5, "not-refuser")) {
                for (int qos = 1; qos <= 2; qos++) {
                    publisher.send(Bytes.publish(5, "shr6", qos, qos, "m" + qos));
                    publisher.read();
                    int id = refuser.expectPublish("m" + qos).publishId();
                    if (qos == 1) {
                        other.subscribe("$share/r/shr6", 2);
                    }
                    int first = qos == 1 ? 0x40 : 0x50;
                    refuser.send(Bytes.packet(first, new Bytes().u16(id).u8(0x83)));
                    refuser.expectNothing();
                    if (qos == 1) {
                        other.send(Bytes.unsubscribe(5, 9, "$share/r/shr6"));
                        other.expect(RawClient.UNSUBACK);
                    }
                }
                other.subscribe("$share/r/shr6", 2);
                refuser.send(Bytes.disconnect()).expectClosed();
                other.expectNothing();
            }
        }
    }

    @Test
    @Normative(v5 = "4.8.2-5")
    void sharedMessageOfAnEndedSessionGoesToAnotherMember() throws IOException {
        try (TestServer server = TestServer.start();
                RawClient publisher = RawClient.connected(server.port(), 4, "publisher");
                RawClient first = RawClient.connected(server.port(), 4, "first")) {
            first.subscribe("$share/g/t", 2);
            publisher.send(Bytes.publish(4, "t", 1, 1, "at least once"));
            publisher.expect(RawClient.PUBACK);
            publisher.send(Bytes.publish(4, "t", 2, 2, "exactly once"));
            publisher.expect(RawClient.PUBREC);
            first.expectPublish("at least once");
            first.expectPublish("exactly once");
            try (RawClient second = RawClient.connected(server.port(), 4, "second")) {
                second.subscribe("$share/g/t", 2);
                first.send(Bytes.disconnect()).expectClosed();
                second.expectPublish("at least once");
                second.expectNothing();
            }
        }
    }
}
