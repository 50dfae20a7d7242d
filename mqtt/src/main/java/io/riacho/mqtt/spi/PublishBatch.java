package io.riacho.mqtt.spi;

import io.netty.buffer.ByteBuf;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import org.jspecify.annotations.Nullable;

/// The PUBLISHes of one read of one client, in columns, with the way back to that client.
///
/// Whoever takes it from [PublishHandler#offer] owns it until it calls [#durable] or [#failed], and must not
/// touch it, nor any buffer of it, afterwards: the object and the bytes are used again. The payloads
/// lie in the buffers that they were read from; nothing was copied.
public interface PublishBatch {

    /// Why a whole batch was not made durable. Nothing of it is acknowledged.
    enum Failure {
        /// There is no room on the disk for now. MQTT 5: DISCONNECT 0x97.
        FULL,
        /// The server is stopping, or its journal failed. MQTT 5: DISCONNECT 0x89.
        UNAVAILABLE
    }

    /// How many messages there are; may be 0.
    int size();

    Client client();

    /// The topic's name; the same object for the same topic, as long as the connection remembers it.
    String topic(int index);

    /// A place for the taker's own knowledge about the topic, kept as long as the connection remembers
    /// the topic; only to be touched on the connection's event loop, that is, within
    /// [PublishHandler#offer].
    @Nullable Object topicAttachment(int index);

    /// See [#topicAttachment].
    void attachToTopic(int index, Object attachment);

    Qos qos(int index);

    boolean dup(int index);

    boolean retain(int index);

    /// Where the payload lies: from [#payloadStart] for [#payloadLength] bytes. To be read by absolute
    /// index only.
    ByteBuf buffer(int index);

    int payloadStart(int index);

    int payloadLength(int index);

    /// The payload as a buffer of its own, not retained.
    ByteBuf payload(int index);

    /// The sum of the payloads' lengths.
    long payloadBytes();

    /// Null when the message has none.
    @Nullable PublishProperties properties(int index);

    /// This message is not wanted, though the rest may be: it reaches no subscriber, and an MQTT 5
    /// client gets the code in its PUBACK or PUBREC. MQTT 3.1.1 knows no such thing (3.3.5): for
    /// [ReasonCode#NOT_AUTHORIZED] its connection is closed, for any other code it gets a plain
    /// acknowledgement, so that the message does not come back for ever.
    ///
    /// @param code one that PUBACK may bear: 0x80, 0x83, 0x87, 0x90, 0x97 or 0x99
    void refuse(int index, ReasonCode code, String reason);

    /// Every message that was not refused is durable: it may be acknowledged.
    void durable();

    /// None of them was kept.
    void failed(Failure why);
}
