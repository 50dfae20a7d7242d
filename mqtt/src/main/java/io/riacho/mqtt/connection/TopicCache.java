package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Topics by their bytes, so that a topic that comes again costs neither a string nor a check. Direct
/// mapped: a topic that falls into another's place takes it, and each such loss while the table is small
/// doubles it, up to a limit. On one event loop.
final class TopicCache {

    private static final int SLOTS_FIRST = 16;
    private static final int SLOTS_MAX = 2048;

    /// Longer topics are not remembered: the table is bounded in bytes, too.
    private static final int TOPIC_BYTES_MAX = 512;

    private static final int WANTED_BYTES_FIRST = 64;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final class Entry {

        private final int hash;
        private final byte[] bytes;
        private final CachedTopic topic;

        Entry(int hash, byte[] bytes, CachedTopic topic) {
            this.hash = hash;
            this.bytes = bytes;
            this.topic = topic;
        }
    }

    private @Nullable Entry[] slots = new @Nullable Entry[0];

    /// The topic that is looked up, out of its buffer: whose every access is checked twice.
    private byte[] wanted = new byte[0];

    private int wantedHash;

    /// The topic with these bytes, or null. Those of a topic that is then put are remembered.
    @Nullable CachedTopic get(ByteBuf in, int start, int length) {
        if (wanted.length < length) {
            wanted = new byte[Math.max(WANTED_BYTES_FIRST, length)];
        }
        in.getBytes(start, wanted, 0, length);
        wantedHash = hash(wanted, length);
        if (slots.length == 0) {
            return null;
        }
        Entry entry = slots[wantedHash & slots.length - 1];
        boolean same =
                entry != null
                        && entry.hash == wantedHash
                        && Arrays.equals(entry.bytes, 0, entry.bytes.length, wanted, 0, length);
        return same ? entry.topic : null;
    }

    private static int hash(byte[] bytes, int length) {
        long hash = length;
        int at = 0;
        for (; at <= length - 8; at += 8) {
            hash = (hash ^ (long) LONGS.get(bytes, at)) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 32;
        }
        for (; at < length; at++) {
            hash = (hash ^ bytes[at]) * 0x9E37_79B9_7F4A_7C15L;
        }
        return (int) (hash ^ hash >>> 32);
    }

    /// Remembers the topic that the last [#get] asked for.
    void put(CachedTopic topic) {
        byte[] bytes = topic.name().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > TOPIC_BYTES_MAX) {
            wanted = new byte[0];
            return;
        }
        if (slots.length == 0) {
            slots = new @Nullable Entry[SLOTS_FIRST];
        }
        if (slots[wantedHash & slots.length - 1] != null && slots.length < SLOTS_MAX) {
            grow();
        }
        slots[wantedHash & slots.length - 1] = new Entry(wantedHash, bytes, topic);
    }

    private void grow() {
        @Nullable Entry[] larger = new @Nullable Entry[slots.length * 2];
        for (Entry each : slots) {
            if (each != null) {
                larger[each.hash & larger.length - 1] = each;
            }
        }
        slots = larger;
    }
}
