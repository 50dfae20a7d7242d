package io.riacho.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The states that a crash may leave of one file: of each 512-byte sector that was written since
/// the last sync, all the versions that it has had, and of the file's size likewise.
///
/// The bytes that the process sees are in the real file; here is only how to undo them.
final class UnsyncedContent {

    static final int SECTOR_BYTES = 512;
    private static final ByteBuffer ZEROS = ByteBuffer.allocate(SECTOR_BYTES).asReadOnlyBuffer();

    private enum Fate {
        KEPT,
        DROPPED,
        TORN
    }

    /// A sector as it was after one change. Never moved: readers duplicate it.
    private record Version(int change, ByteBuffer sector) {}

    /// What a sector holds durably, and its versions since, in order.
    private record Sector(ByteBuffer durable, List<Version> versions) {}

    /// One write, reservation or cut; the sizes before and after it.
    private record Change(long bytesBefore, long bytesAfter) {}

    private final Map<Long, Sector> sectors = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();

    /// Sectors whose write-back failed: seen by the process, on no disk, and clean, so that no
    /// later sync writes them unless they are written to again. The value is what is on disk.
    private final Map<Long, ByteBuffer> lost = new HashMap<>();

    private long durableBytes;

    /// Made by someone else, and not synced through us since.
    private boolean foreign;

    private UnsyncedContent(long durableBytes, boolean foreign) {
        this.durableBytes = durableBytes;
        this.foreign = foreign;
    }

    static UnsyncedContent durable(long bytes) {
        return new UnsyncedContent(bytes, false);
    }

    static UnsyncedContent foreign() {
        return new UnsyncedContent(0, true);
    }

    void synced(long bytes) {
        sectors.clear();
        changes.clear();
        durableBytes = bytes;
        foreign = false;
    }

    void syncFailed(long bytes) {
        sectors.forEach((number, sector) -> lost.putIfAbsent(number, sector.durable()));
        synced(bytes);
    }

    void write(FileChannel channel, ByteBuffer source, long position) throws IOException {
        long bytesBefore = channel.size();
        long end = position + source.remaining();
        long from = position - position % SECTOR_BYTES;
        ByteBuffer before = read(channel, from, end);
        long at = position;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
        changed(from, before, read(channel, from, end), bytesBefore, channel.size());
    }

    void allocate(FileChannel channel, long bytes) throws IOException {
        long bytesBefore = channel.size();
        channel.write(ByteBuffer.allocate(1), bytes - 1);
        changes.add(new Change(bytesBefore, bytes));
    }

    void truncate(FileChannel channel, long bytes) throws IOException {
        long bytesBefore = channel.size();
        long from = bytes - bytes % SECTOR_BYTES;
        ByteBuffer before = read(channel, from, bytesBefore);
        channel.truncate(bytes);
        changed(from, before, read(channel, from, bytesBefore), bytesBefore, bytes);
    }

    private void changed(
            long from, ByteBuffer before, ByteBuffer after, long bytesBefore, long bytesAfter) {
        int change = changes.size();
        changes.add(new Change(bytesBefore, bytesAfter));
        for (int at = 0; at < after.capacity(); at += SECTOR_BYTES) {
            long number = (from + at) / SECTOR_BYTES;
            Sector sector = sectors.get(number);
            if (sector == null) {
                ByteBuffer durable = lost.remove(number);
                sector =
                        new Sector(
                                durable == null ? sector(before, at) : durable, new ArrayList<>());
                sectors.put(number, sector);
            }
            sector.versions().add(new Version(change, after.slice(at, SECTOR_BYTES)));
        }
    }

    private static ByteBuffer sector(ByteBuffer bytes, int at) {
        ByteBuffer sector = bytes.slice(at, SECTOR_BYTES);
        return sector.equals(ZEROS) ? ZEROS : sector;
    }

    /// Whole sectors, with zeros where the file has ended.
    private static ByteBuffer read(FileChannel channel, long from, long to) throws IOException {
        int sectors = (int) ((to - from + SECTOR_BYTES - 1) / SECTOR_BYTES);
        ByteBuffer bytes = ByteBuffer.allocate(sectors * SECTOR_BYTES);
        int read = 0;
        while (read >= 0 && bytes.hasRemaining()) {
            read = channel.read(bytes, from + bytes.position());
        }
        return bytes.clear();
    }

    /// Turns the real file into one of those that the crash may have left.
    void crash(FileChannel channel, RandomGenerator random) throws IOException {
        if (foreign) {
            crashForeign(channel, random);
        } else {
            crashOwn(channel, random);
        }
        lost.clear();
        synced(channel.size());
    }

    private void crashOwn(FileChannel channel, RandomGenerator random) throws IOException {
        Fate[] fates = new Fate[changes.size()];
        // Between crashes that lose nearly all and nearly nothing.
        double keptShare = random.nextInt(5) / 4.0;
        double tornShare = random.nextInt(3) / 4.0;
        long bytes = durableBytes;
        for (int i = 0; i < fates.length; i++) {
            Fate fate =
                    random.nextDouble() < tornShare
                            ? Fate.TORN
                            : random.nextDouble() < keptShare ? Fate.KEPT : Fate.DROPPED;
            fates[i] = fate;
            Change change = changes.get(i);
            if (change.bytesBefore() != change.bytesAfter()) {
                bytes =
                        switch (fate) {
                            case KEPT -> change.bytesAfter();
                            case DROPPED -> bytes;
                            case TORN -> between(change, random);
                        };
            }
        }
        long sizeNow = channel.size();
        if (bytes > sizeNow) {
            channel.write(ByteBuffer.allocate(1), bytes - 1);
        }
        for (Map.Entry<Long, Sector> each : sectors.entrySet()) {
            Sector sector = each.getValue();
            @Nullable Version survivor = null;
            for (Version version : sector.versions()) {
                Fate fate = fates[version.change()];
                if (fate == Fate.KEPT || (fate == Fate.TORN && random.nextBoolean())) {
                    survivor = version;
                }
            }
            put(channel, each.getKey(), survivor == null ? sector.durable() : survivor.sector());
        }
        for (Map.Entry<Long, ByteBuffer> each : lost.entrySet()) {
            if (random.nextInt(4) != 0) {
                put(channel, each.getKey(), each.getValue());
            }
        }
        channel.truncate(bytes);
        if (channel.size() < bytes) {
            channel.write(ByteBuffer.allocate(1), bytes - 1);
        }
    }

    private static long between(Change change, RandomGenerator random) {
        long low = Math.min(change.bytesBefore(), change.bytesAfter());
        long high = Math.max(change.bytesBefore(), change.bytesAfter());
        return random.nextLong(low, high + 1);
    }

    private static void put(FileChannel channel, long number, ByteBuffer sector)
            throws IOException {
        ByteBuffer source = sector.duplicate();
        long at = number * SECTOR_BYTES;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    private static void crashForeign(FileChannel channel, RandomGenerator random)
            throws IOException {
        long bytes = channel.size();
        switch (random.nextInt(4)) {
            case 0 -> channel.truncate(0);
            case 1 -> channel.truncate(random.nextLong(bytes + 1));
            case 2 -> {
                for (long at = 0; at < bytes; at += SECTOR_BYTES) {
                    if (random.nextInt(4) == 0) {
                        put(channel, at / SECTOR_BYTES, ZEROS);
                    }
                }
                channel.truncate(bytes);
            }
            default -> {
                // all of it had reached the disk by itself
            }
        }
    }
}
