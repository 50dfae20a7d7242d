package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.riacho.mqtt.broker.LeftWill;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.PublishBatch;
import io.riacho.mqtt.spi.PublishHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A will on its way through the [PublishHandler], as the one message of a batch: on a topic that means
/// something it means the same as if its client had sent it.
final class WillBatch implements PublishBatch, LeftWill {

    private static final Logger LOG = LoggerFactory.getLogger(WillBatch.class);

    private final ConnectPacket.Will will;
    private final Client client;
    private final PublishHandler handler;
    private final ByteBuf payload;
    private @Nullable Object attachment;
    private @Nullable Runnable publish;
    private boolean refused;

    WillBatch(ConnectPacket.Will will, Client client, PublishHandler handler) {
        this.will = will;
        this.client = client;
        this.handler = handler;
        this.payload = Unpooled.wrappedBuffer(will.payload());
    }

    @Override
    public ConnectPacket.Will will() {
        return will;
    }

    @Override
    public void whenDurable(Runnable then) {
        publish = then;
        try {
            // When it is full one message more does no harm, and nobody is left to be held back.
            var _ = handler.offer(this);
        } catch (RuntimeException e) {
            LOG.error("The PublishHandler threw instead of answering: a fault in it", e);
        }
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public Client client() {
        return client;
    }

    @Override
    public String topic(int index) {
        return will.topic();
    }

    @Override
    public @Nullable Object topicAttachment(int index) {
        return attachment;
    }

    @Override
    public void attachToTopic(int index, Object attached) {
        attachment = attached;
    }

    @Override
    public Qos qos(int index) {
        return will.qos();
    }

    @Override
    public boolean dup(int index) {
        return false;
    }

    @Override
    public boolean retain(int index) {
        return will.retain();
    }

    @Override
    public ByteBuf buffer(int index) {
        return payload;
    }

    @Override
    public int payloadStart(int index) {
        return 0;
    }

    @Override
    public int payloadLength(int index) {
        return payload.capacity();
    }

    @Override
    public ByteBuf payload(int index) {
        return payload.slice(0, payload.capacity());
    }

    @Override
    public long payloadBytes() {
        return payload.capacity();
    }

    @Override
    public @Nullable PublishProperties properties(int index) {
        return will.properties();
    }

    @Override
    public void refuse(int index, ReasonCode code, String reason) {
        refused = true;
        LOG.info("The will of client {} is refused: {}", client.id(), reason);
    }

    @Override
    public void durable() {
        Runnable then = publish;
        if (!refused && then != null) {
            then.run();
        }
    }

    @Override
    public void failed(Failure why) {
        LOG.warn("The will of client {} was not stored: {}", client.id(), why);
    }
}
