package io.riacho.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionChangeFormat;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.mqtt.session.SessionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A writer of random session changes that knows what a recovery may find: every write that was
/// complete, and of those that were under way a beginning, each whole or not at all.
final class SessionsUnderTest {

    private static final int CLIENTS = 4;
    private static final int CHANGES_MAX = 5;

    /// A write stays smaller than one record of the simulation's small journal.
    private static final int PAYLOAD_BYTES_MAX = 400;

    /// Of one write, more than there can be.
    static final int WRITE_BYTES_MAX = CHANGES_MAX * (PAYLOAD_BYTES_MAX + 200);

    private enum Fate {
        UNDER_WAY,
        STORED,
        FAILED
    }

    private static final class Write {
        private final List<SessionChange> changes;
        private Fate fate = Fate.UNDER_WAY;

        Write(List<SessionChange> changes) {
            this.changes = changes;
        }
    }

    private final SplittableRandom random;
    private final List<String> violations;
    private SessionImage certain = new SessionImage();
    private final List<Write> since = new ArrayList<>();
    private long sequence;
    private long stored;

    SessionsUnderTest(SplittableRandom random, List<String> violations) {
        this.random = random;
        this.violations = violations;
    }

    /// Writes that were complete, in all lives.
    long stored() {
        return stored;
    }

    void write(SessionStore store) {
        List<SessionChange> changes = new ArrayList<>();
        int count = random.nextInt(1, CHANGES_MAX);
        for (int i = 0; i < count; i++) {
            changes.add(change());
        }
        Write write = new Write(changes);
        since.add(write);
        store.write(
                changes,
                new SessionStore.Completion() {
                    @Override
                    public void stored() {
                        for (Write each : since) {
                            if (each == write) {
                                break;
                            }
                            if (each.fate == Fate.UNDER_WAY) {
                                violations.add("sessions: a later write was complete first");
                            }
                        }
                        write.fate = Fate.STORED;
                        stored++;
                    }

                    @Override
                    public void failed(boolean full, String reason) {
                        // A journal that broke may have kept it.
                        if (full) {
                            write.fate = Fate.FAILED;
                        }
                    }
                });
    }

    /// What is there now is what was complete, and a beginning of what was not.
    void afterRecovery(SessionImage found) {
        SessionImage expected = certain.copy();
        for (Write each : since) {
            if (each.fate == Fate.STORED) {
                each.changes.forEach(expected::apply);
            }
        }
        String is = text(found);
        boolean known = text(expected).equals(is);
        for (Write each : since) {
            if (each.fate != Fate.UNDER_WAY) {
                continue;
            }
            each.changes.forEach(expected::apply);
            known |= text(expected).equals(is);
        }
        if (!known) {
            violations.add("sessions: found " + is + " but at most " + text(expected));
        }
        certain = found.copy();
        since.clear();
    }

    /// At rest nothing is under way.
    void afterWork(SessionImage found) {
        for (Write each : since) {
            if (each.fate == Fate.UNDER_WAY) {
                violations.add("sessions: a write was never answered");
            }
        }
        afterRecovery(found);
    }

    private SessionChange change() {
        String client = client();
        return switch (random.nextInt(11)) {
            case 0 -> new SessionChange.Opened(client, random.nextInt(4) == 0, 3600);
            case 1 -> new SessionChange.Closed(client, random.nextInt(1000), 3600);
            case 2 ->
                    random.nextInt(4) == 0
                            ? new SessionChange.Removed(client)
                            : new SessionChange.Opened(client, false, 60);
            case 3 ->
                    new SessionChange.Subscribed(
                            client,
                            "a/" + random.nextInt(3),
                            SubscriptionOptions.of(random.nextInt(3)),
                            random.nextInt(3));
            case 4 -> new SessionChange.Unsubscribed(client, "a/" + random.nextInt(3));
            case 5, 6 -> new SessionChange.Queued(message(), List.of(target(client), target("c0")));
            case 7 -> new SessionChange.Released(client, random.nextLong(sequence + 1));
            case 8 -> new SessionChange.Settled(client, random.nextLong(sequence + 1));
            case 9 ->
                    random.nextBoolean()
                            ? new SessionChange.Received(client, random.nextInt(1, 5))
                            : new SessionChange.Completed(client, random.nextInt(1, 5));
            default -> {
                Message message = message();
                yield new SessionChange.Retained(
                        message.topic(), random.nextInt(4) == 0 ? null : message);
            }
        };
    }

    private String client() {
        return "c" + random.nextInt(CLIENTS);
    }

    private SessionChange.Target target(String client) {
        return new SessionChange.Target(
                client, ++sequence, Qos.of(random.nextInt(1, 3)), random.nextBoolean(), new int[0]);
    }

    private Message message() {
        byte[] payload = new byte[random.nextInt(PAYLOAD_BYTES_MAX)];
        random.nextBytes(payload);
        return new Message(
                "a/" + random.nextInt(3),
                payload,
                Qos.AT_LEAST_ONCE,
                random.nextBoolean(),
                PublishProperties.NONE,
                Message.NEVER);
    }

    private static String text(SessionImage image) {
        ByteBuf bytes = Unpooled.buffer();
        image.forEach(each -> SessionChangeFormat.write(each, bytes));
        return ByteBufUtil.hexDump(bytes);
    }
}
