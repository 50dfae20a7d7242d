package io.riacho.mqtt.packet;

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

    public static final PublishProperties NONE =
            new PublishProperties(null, NO_EXPIRY, null, null, null, List.of());

    public PublishProperties {
        userProperties = List.copyOf(userProperties);
    }

    public static PublishProperties contentType(String type) {
        return new PublishProperties(null, NO_EXPIRY, type, null, null, List.of());
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
