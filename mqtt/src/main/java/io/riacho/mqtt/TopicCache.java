package io.riacho.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Topics by their bytes, so that a topic that comes again costs neither a string nor a check. Direct
/// mapped: a topic that falls into another's place takes it, and each such loss while the table is small
/// doubles it, up to a limit. On one event loop.
final class TopicCache {

    private static final int SLOTS_FIRST = 16;
    private static final int SLOTS_MAX = 2048;

    /// Longer topics are not remembered: the table is bounded in bytes, too.
    private static final int TOPIC_BYTES_MAX = 512;

    private record Entry(int hash, ByteBuf bytes, KnownTopic topic) {}

    private @Nullable Entry[] slots = new @Nullable Entry[0];

    static int hash(ByteBuf in, int start, int length) {
        long hash = length;
        int at = start;
        int end = start + length;
        for (; at <= end - 8; at += 8) {
            hash = (hash ^ in.getLong(at)) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 32;
        }
        for (; at < end; at++) {
            hash = (hash ^ in.getByte(at)) * 0x9E37_79B9_7F4A_7C15L;
        }
        return (int) (hash ^ hash >>> 32);
    }

    @Nullable KnownTopic get(ByteBuf in, int start, int length, int hash) {
        if (slots.length == 0) {
            return null;
        }
        Entry entry = slots[hash & slots.length - 1];
        if (entry != null
                && entry.hash() == hash
                && entry.bytes().capacity() == length
                && ByteBufUtil.equals(entry.bytes(), 0, in, start, length)) {
            return entry.topic();
        }
        return null;
    }

    void put(int hash, KnownTopic topic) {
        byte[] bytes = topic.name().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > TOPIC_BYTES_MAX) {
            return;
        }
        if (slots.length == 0) {
            slots = new @Nullable Entry[SLOTS_FIRST];
        }
        if (slots[hash & slots.length - 1] != null && slots.length < SLOTS_MAX) {
            grow();
        }
        slots[hash & slots.length - 1] = new Entry(hash, Unpooled.wrappedBuffer(bytes), topic);
    }

    private void grow() {
        @Nullable Entry[] larger = new @Nullable Entry[slots.length * 2];
        for (Entry each : slots) {
            if (each != null) {
                larger[each.hash() & larger.length - 1] = each;
            }
        }
        slots = larger;
    }
}
