package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The properties of a message that the server carries from publisher to subscriber (MQTT 5.0, 3.3.2.3).
///
/// @param payloadIsUtf8 the payload format indicator; null when the sender gave none
/// @param expirySeconds how long the message is worth delivering, 0 to 4,294,967,295, or
///     [#NO_EXPIRY]
/// @param correlationData by reference, never changed
@SuppressWarnings("ArrayRecordComponent") // passed on by reference
public record PublishProperties(
        @Nullable Boolean payloadIsUtf8,
        long expirySeconds,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<UserProperty> userProperties) {

    public static final long NO_EXPIRY = -1;

    private static final int OBJECT_BYTES = 40;
    private static final int STRING_BYTES = 56;

    public static final PublishProperties NONE =
            new PublishProperties(null, NO_EXPIRY, null, null, null, List.of());

    public PublishProperties {
        userProperties = List.copyOf(userProperties);
    }

    public static PublishProperties contentType(String type) {
        return new PublishProperties(null, NO_EXPIRY, type, null, null, List.of());
    }

    /// What they take in memory at most, as objects and as the bytes that subscribers are sent: an empty
    /// user property is five bytes on the wire and more than twenty times that here.
    public long weightBytes() {
        long bytes = text(contentType) + text(responseTopic);
        if (correlationData != null) {
            bytes += OBJECT_BYTES + 2L * correlationData.length;
        }
        for (UserProperty each : userProperties) {
            bytes += OBJECT_BYTES + text(each.name()) + text(each.value());
        }
        return bytes;
    }

    private static long text(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        int chars = text.length();
        int wire = ByteBufUtil.utf8Bytes(text);
        return STRING_BYTES + wire + (wire == chars ? chars : 2L * chars);
    }

    public PublishProperties withExpirySeconds(long seconds) {
        return new PublishProperties(
                payloadIsUtf8,
                seconds,
                contentType,
                responseTopic,
                correlationData,
                userProperties);
    }
}
