package io.riacho.lake;

import org.jspecify.annotations.Nullable;

/// Codes for the strings of a block's rows: 0, 1, 2 … in order of appearance.
///
/// One thread adds; others may read the entries below [#size()], which never change. A code that
/// came with a published row is below the size that is read after that row's publication.
final class Dictionary {

    /// What is coded: a series with its unit, or a source in the first field alone.
    record Entry(String first, String second, @Nullable String third) {}

    private static final int ENTRY_BYTES = 64;

    /// Open addressing, linear probing; code + 1, 0 is empty; at most half full.
    private int[] slots = new int[64];

    private int[] hashes = new int[32];
    private volatile Entry[] entries = new Entry[32];
    private volatile int size;
    private long bytes;
    private int lastCode = -1;

    int size() {
        return size;
    }

    Entry entry(int code) {
        return entries[code];
    }

    /// Heap taken, roughly. For the adding thread.
    long bytes() {
        return bytes;
    }

    int codeOf(String first, String second, @Nullable String third) {
        Entry[] known = entries;
        // A door hands over the rows of a batch together, so the same one often comes again.
        if (lastCode >= 0 && matches(known[lastCode], first, second, third)) {
            return lastCode;
        }
        int hash = hash(first, second, third);
        int mask = slots.length - 1;
        int at = hash & mask;
        while (slots[at] != 0) {
            int code = slots[at] - 1;
            if (hashes[code] == hash && matches(known[code], first, second, third)) {
                lastCode = code;
                return code;
            }
            at = (at + 1) & mask;
        }
        lastCode = add(at, hash, new Entry(first, second, third));
        return lastCode;
    }

    private int add(int at, int hash, Entry entry) {
        int code = size;
        Entry[] target = entries;
        if (code == target.length) {
            target = java.util.Arrays.copyOf(target, code * 2);
            hashes = java.util.Arrays.copyOf(hashes, code * 2);
        }
        target[code] = entry;
        hashes[code] = hash;
        slots[at] = code + 1;
        entries = target;
        size = code + 1;
        String third = entry.third();
        bytes +=
                ENTRY_BYTES
                        + entry.first().length()
                        + entry.second().length()
                        + (third == null ? 0 : third.length());
        if ((code + 1) * 2 > slots.length) {
            grow();
        }
        return code;
    }

    private void grow() {
        int[] larger = new int[slots.length * 2];
        int mask = larger.length - 1;
        for (int code = 0; code < size; code++) {
            int at = hashes[code] & mask;
            while (larger[at] != 0) {
                at = (at + 1) & mask;
            }
            larger[at] = code + 1;
        }
        slots = larger;
    }

    private static boolean matches(
            Entry entry, String first, String second, @Nullable String third) {
        return entry.first().equals(first)
                && entry.second().equals(second)
                && (third == null ? entry.third() == null : third.equals(entry.third()));
    }

    private static int hash(String first, String second, @Nullable String third) {
        int mixed = first.hashCode() * 31 + second.hashCode();
        mixed = mixed * 31 + (third == null ? 0 : third.hashCode());
        mixed *= 0x9E3779B9;
        return mixed ^ (mixed >>> 16);
    }
}
