package io.riacho.mqtt.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.packet.UserProperty;
import io.riacho.mqtt.session.SessionChange.Closed;
import io.riacho.mqtt.session.SessionChange.Completed;
import io.riacho.mqtt.session.SessionChange.Opened;
import io.riacho.mqtt.session.SessionChange.Queued;
import io.riacho.mqtt.session.SessionChange.Received;
import io.riacho.mqtt.session.SessionChange.Released;
import io.riacho.mqtt.session.SessionChange.Removed;
import io.riacho.mqtt.session.SessionChange.Retained;
import io.riacho.mqtt.session.SessionChange.Settled;
import io.riacho.mqtt.session.SessionChange.Subscribed;
import io.riacho.mqtt.session.SessionChange.Target;
import io.riacho.mqtt.session.SessionChange.Unsubscribed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A session change as bytes, version 1: a kind byte, then its fields in the record's order. Numbers are
/// big-endian; text is UTF-8 behind its length (32 bits), bytes likewise; a thing that may be absent is
/// behind a byte of 0 or 1; a list is behind its size (32 bits). What holds the bytes (length, checksum)
/// is the store's affair.
public final class SessionChangeFormat {

    private static final int OPENED = 1;
    private static final int CLOSED = 2;
    private static final int REMOVED = 3;
    private static final int SUBSCRIBED = 4;
    private static final int UNSUBSCRIBED = 5;
    private static final int QUEUED = 6;
    private static final int RELEASED = 7;
    private static final int SETTLED = 8;
    private static final int RECEIVED = 9;
    private static final int COMPLETED = 10;
    private static final int RETAINED = 11;

    /// `QUEUED` whose targets say, last, by which shared subscription they came.
    private static final int QUEUED_SHARED = 12;

    private SessionChangeFormat() {}

    /// Appends a change.
    public static void write(SessionChange change, ByteBuf out) {
        switch (change) {
            case Opened c -> {
                text(out.writeByte(OPENED), c.clientId());
                out.writeBoolean(c.clean()).writeLong(c.expirySeconds());
            }
            case Closed c -> {
                text(out.writeByte(CLOSED), c.clientId());
                out.writeLong(c.atMillis()).writeLong(c.expirySeconds());
            }
            case Removed c -> text(out.writeByte(REMOVED), c.clientId());
            case Subscribed c -> {
                text(out.writeByte(SUBSCRIBED), c.clientId());
                text(out, c.filter());
                out.writeByte(c.options().bits()).writeInt(c.subscriptionId());
            }
            case Unsubscribed c -> {
                text(out.writeByte(UNSUBSCRIBED), c.clientId());
                text(out, c.filter());
            }
            case Queued c -> {
                boolean shared = c.targets().stream().anyMatch(t -> t.sharedFilter() != null);
                message(out.writeByte(shared ? QUEUED_SHARED : QUEUED), c.message());
                out.writeInt(c.targets().size());
                for (Target each : c.targets()) {
                    target(out, each);
                    if (shared) {
                        optionalText(out, each.sharedFilter());
                    }
                }
            }
            case Released c -> {
                text(out.writeByte(RELEASED), c.clientId());
                out.writeLong(c.sequence());
            }
            case Settled c -> {
                text(out.writeByte(SETTLED), c.clientId());
                out.writeLong(c.sequence());
            }
            case Received c -> {
                text(out.writeByte(RECEIVED), c.clientId());
                out.writeShort(c.packetId());
            }
            case Completed c -> {
                text(out.writeByte(COMPLETED), c.clientId());
                out.writeShort(c.packetId());
            }
            case Retained c -> {
                text(out.writeByte(RETAINED), c.topic());
                Message message = c.message();
                out.writeBoolean(message != null);
                if (message != null) {
                    message(out, message);
                }
            }
        }
    }

    /// Reads the change at the reader index.
    ///
    /// @throws IllegalArgumentException when there is none of a known kind
    /// @throws IndexOutOfBoundsException when it is cut off
    public static SessionChange read(ByteBuf in) {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case OPENED -> new Opened(text(in), in.readBoolean(), in.readLong());
            case CLOSED -> new Closed(text(in), in.readLong(), in.readLong());
            case REMOVED -> new Removed(text(in));
            case SUBSCRIBED ->
                    new Subscribed(
                            text(in),
                            text(in),
                            SubscriptionOptions.of(in.readByte()),
                            in.readInt());
            case UNSUBSCRIBED -> new Unsubscribed(text(in), text(in));
            case QUEUED, QUEUED_SHARED -> {
                Message message = message(in);
                int size = in.readInt();
                List<Target> targets = new ArrayList<>(Math.min(size, 1024));
                for (int i = 0; i < size; i++) {
                    targets.add(target(in, kind == QUEUED_SHARED));
                }
                yield new Queued(message, targets);
            }
            case RELEASED -> new Released(text(in), in.readLong());
            case SETTLED -> new Settled(text(in), in.readLong());
            case RECEIVED -> new Received(text(in), in.readUnsignedShort());
            case COMPLETED -> new Completed(text(in), in.readUnsignedShort());
            case RETAINED -> new Retained(text(in), in.readBoolean() ? message(in) : null);
            default ->
                    throw new IllegalArgumentException(
                            "session change of unknown kind "
                                    + kind
                                    + ": it was written by a newer version, or is damaged");
        };
    }

    private static void message(ByteBuf out, Message message) {
        text(out, message.topic());
        bytes(out, message.payload());
        out.writeByte(message.qos().level()).writeBoolean(message.retain());
        out.writeLong(message.expiresAtMillis());
        PublishProperties properties = message.properties();
        Boolean utf8 = properties.payloadIsUtf8();
        out.writeByte(utf8 == null ? 0 : utf8 ? 2 : 1);
        out.writeLong(properties.expirySeconds());
        optionalText(out, properties.contentType());
        optionalText(out, properties.responseTopic());
        byte[] correlation = properties.correlationData();
        out.writeBoolean(correlation != null);
        if (correlation != null) {
            bytes(out, correlation);
        }
        out.writeInt(properties.userProperties().size());
        for (UserProperty each : properties.userProperties()) {
            text(out, each.name());
            text(out, each.value());
        }
    }

    private static Message message(ByteBuf in) {
        String topic = text(in);
        byte[] payload = bytes(in);
        Qos qos = Qos.of(in.readByte());
        boolean retain = in.readBoolean();
        long expiresAtMillis = in.readLong();
        int utf8 = in.readByte();
        long expirySeconds = in.readLong();
        String contentType = optionalText(in);
        String responseTopic = optionalText(in);
        byte[] correlation = in.readBoolean() ? bytes(in) : null;
        int size = in.readInt();
        List<UserProperty> user = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            user.add(new UserProperty(text(in), text(in)));
        }
        PublishProperties properties =
                new PublishProperties(
                        utf8 == 0 ? null : Boolean.valueOf(utf8 == 2),
                        expirySeconds,
                        contentType,
                        responseTopic,
                        correlation,
                        user);
        if (properties.equals(PublishProperties.NONE)) {
            properties = PublishProperties.NONE;
        }
        return new Message(topic, payload, qos, retain, properties, expiresAtMillis);
    }

    private static void target(ByteBuf out, Target target) {
        text(out, target.clientId());
        out.writeLong(target.sequence()).writeByte(target.qos().level());
        out.writeBoolean(target.retain()).writeInt(target.subscriptionIds().length);
        for (int each : target.subscriptionIds()) {
            out.writeInt(each);
        }
    }

    private static Target target(ByteBuf in, boolean shared) {
        String clientId = text(in);
        long sequence = in.readLong();
        Qos qos = Qos.of(in.readByte());
        boolean retain = in.readBoolean();
        int[] ids = new int[checked(in, in.readInt(), 4)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.readInt();
        }
        String sharedFilter = shared ? optionalText(in) : null;
        return new Target(clientId, sequence, qos, retain, ids, sharedFilter);
    }

    private static void text(ByteBuf out, String text) {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteBuf in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static void optionalText(ByteBuf out, @Nullable String text) {
        out.writeBoolean(text != null);
        if (text != null) {
            text(out, text);
        }
    }

    private static @Nullable String optionalText(ByteBuf in) {
        return in.readBoolean() ? text(in) : null;
    }

    private static void bytes(ByteBuf out, byte[] bytes) {
        out.writeInt(bytes.length).writeBytes(bytes);
    }

    private static byte[] bytes(ByteBuf in) {
        int length = checked(in, in.readInt(), 1);
        byte[] bytes = ByteBufUtil.getBytes(in, in.readerIndex(), length);
        in.skipBytes(length);
        return bytes;
    }

    /// Never allocates for more than the bytes that are there.
    private static int checked(ByteBuf in, int count, int bytesEach) {
        if (count < 0 || (long) count * bytesEach > in.readableBytes()) {
            throw new IndexOutOfBoundsException("a session change is cut off");
        }
        return count;
    }
}
