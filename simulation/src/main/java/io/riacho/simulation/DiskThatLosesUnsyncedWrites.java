package io.riacho.simulation;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import io.riacho.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A disk of which a crash leaves only what was synced, and of the rest what chance leaves.
///
/// It works in a real directory, because DuckDB writes files there by itself, and passes every operation through
/// to it; so while nothing crashes, it is a real directory. Beside that it remembers what is not durable yet, and [#crash(RandomGenerator)]
/// turns the directory into one of the states that the contract of [Disk] allows:
///
/// - *Bytes*: each write since the file's last sync is kept, dropped or torn on its own, whatever came
///   before or after it; torn means that of its 512-byte sectors some have the new bytes and some do not. A sector holds one of the
///   versions that it really had. A file's size likewise.
/// - *Entries*: each creation, renaming and deletion since the directory's last sync is kept or
///   undone on its own. What was deleted or replaced is kept aside until then.
/// - *Files of others*: a file that appears without us (a Parquet file by DuckDB) is durable once it was
///   opened and synced through us, and its name once its directory was. Until then it may be whole, cut,
///   full of holes, empty or gone. What others do to a file that was synced is not modelled: it stays as
///   they left it.
/// - *Directories* are durable once made, as [Disk#createDirectories(Path)] promises.
///
/// That is more than one file system does: ext4 commits metadata in order. Code that survives this
/// survives any of them.
///
/// Faults can be switched on: the power goes off at the n-th operation ([#crashAfter(long)]), the
/// file system fills up ([#fillUpAfter(long)]), a sync fails and its writes never reach the disk
/// though they can still be read ([#failNextSync()]), a bit turns over ([#flipBit(Path, long, int)]).
///
/// Safe for use by several threads. Nothing is ever really synced, so it is quick.
public final class DiskThatLosesUnsyncedWrites implements Disk, AutoCloseable {

    private final Path root;

    /// Where the files wait that were deleted or replaced, but may come back.
    private final Path aside;

    /// The entries as the process sees them, and as the disk has them.
    private final Map<Path, Inode> visible = new TreeMap<>();

    private final Map<Path, Inode> durable = new TreeMap<>();

    /// What makes the one from the other.
    private final List<EntryChange> pending = new ArrayList<>();

    private final Set<SimulatedFile> open = new HashSet<>();

    private long inodes;
    private long restarts;
    private long operations;
    private long crashAtOperation = Long.MAX_VALUE;
    private boolean crashed;
    private boolean failNextSync;
    private long usedBytes;
    private long capacityBytes = Long.MAX_VALUE;

    /// A file apart from its names.
    private static final class Inode {
        final long number;
        final UnsyncedContent content;

        /// Where its bytes really are.
        Path location;

        Inode(long number, Path location, UnsyncedContent content) {
            this.number = number;
            this.location = location;
            this.content = content;
        }
    }

    private sealed interface EntryChange {

        Path directory();

        void applyTo(Map<Path, Inode> entries);

        record Created(Path path, Inode inode) implements EntryChange {
            @Override
            public Path directory() {
                return parent(path);
            }

            @Override
            public void applyTo(Map<Path, Inode> entries) {
                entries.put(path, inode);
            }
        }

        record Deleted(Path path) implements EntryChange {
            @Override
            public Path directory() {
                return parent(path);
            }

            @Override
            public void applyTo(Map<Path, Inode> entries) {
                entries.remove(path);
            }
        }

        record Renamed(Path from, Path to, Inode inode) implements EntryChange {
            @Override
            public Path directory() {
                return parent(to);
            }

            @Override
            public void applyTo(Map<Path, Inode> entries) {
                // Not by its old name: an earlier renaming may have been undone.
                entries.values().removeIf(each -> each == inode);
                entries.put(to, inode);
            }
        }
    }

    /// Takes over a directory that exists; what is in it is durable.
    public DiskThatLosesUnsyncedWrites(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        this.aside = this.root.resolveSibling(this.root.getFileName() + ".aside");
        Files.createDirectories(aside);
        for (Path path : realFiles()) {
            adopt(path, UnsyncedContent.durable(Files.size(path)));
        }
        durable.putAll(visible);
        pending.clear();
        clearAside();
    }

    // ---- Faults

    /// The power goes off during the n-th operation from now, 1 being the next: it throws
    /// [CrashedException], and so does every operation of every thread from then on. Operations
    /// are those that change something: creating, writing, reserving, cutting, syncing, renaming, deleting.
    public synchronized void crashAfter(long operations) {
        crashAtOperation = this.operations + operations;
    }

    /// The power goes off now.
    public synchronized void powerOff() {
        crashed = true;
    }

    /// Whether the power is off.
    public synchronized boolean isCrashed() {
        return crashed;
    }

    /// How many operations there were so far.
    public synchronized long operations() {
        return operations;
    }

    /// From now on files may grow by this many bytes in all; deleting makes room again.
    public synchronized void fillUpAfter(long bytes) {
        capacityBytes = usedBytes + bytes;
    }

    /// There is as much room again as could be wished for.
    public synchronized void makeRoom() {
        capacityBytes = Long.MAX_VALUE;
    }

    /// The next sync of a file fails. As on Linux, what it should have written can still be read and
    /// counts as clean, but is not on disk: later syncs succeed without writing it.
    public synchronized void failNextSync() {
        failNextSync = true;
    }

    /// Turns over one bit of a file, durably.
    ///
    /// @param bit 0 to 7, the lowest first
    public synchronized void flipBit(Path file, long offset, int bit) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            if (offset < 0 || channel.read(one, offset) != 1) {
                throw new IllegalArgumentException(file + " has no byte " + offset);
            }
            one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
            channel.write(one, offset);
        }
    }

    // ---- What may become of it

    /// The machine went down, now or when it was told to, and comes up again: closes every file,
    /// and leaves in the directory what chance lets survive. Files that were opened before stay dead.
    public synchronized void crash(RandomGenerator random) throws IOException {
        closeAll();
        adoptForeign(realFiles());
        Map<Path, Inode> survivors = new TreeMap<>(durable);
        double keptShare = random.nextInt(5) / 4.0;
        for (EntryChange change : pending) {
            if (random.nextDouble() < keptShare) {
                change.applyTo(survivors);
            }
        }
        for (Map.Entry<Path, Inode> each : visible.entrySet()) {
            Inode inode = each.getValue();
            if (survivors.get(each.getKey()) != inode) {
                putAside(inode);
            }
        }
        for (Map.Entry<Path, Inode> each : survivors.entrySet()) {
            Inode inode = each.getValue();
            if (!inode.location.equals(each.getKey())) {
                Files.move(inode.location, each.getKey());
                inode.location = each.getKey();
            }
            try (FileChannel channel =
                    FileChannel.open(
                            inode.location, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                inode.content.crash(channel, random);
            }
        }
        visible.clear();
        visible.putAll(survivors);
        durable.clear();
        durable.putAll(survivors);
        pending.clear();
        clearAside();
        restart();
    }

    /// Only the process was killed (`kill -9`), and another may start: closes every file, and loses nothing, but makes
    /// nothing durable either.
    public synchronized void killProcess() throws IOException {
        closeAll();
        restart();
    }

    private void restart() throws IOException {
        crashed = false;
        restarts++;
        crashAtOperation = Long.MAX_VALUE;
        failNextSync = false;
        long roomBytes = capacityBytes == Long.MAX_VALUE ? Long.MAX_VALUE : roomBytes();
        usedBytes = 0;
        for (Inode inode : visible.values()) {
            usedBytes += Files.size(inode.location);
        }
        capacityBytes = roomBytes == Long.MAX_VALUE ? roomBytes : usedBytes + roomBytes;
    }

    /// Closes every file and deletes what was kept aside; the directory stays as it is.
    @Override
    public synchronized void close() throws IOException {
        closeAll();
        crashed = true;
        durable.clear();
        pending.clear();
        clearAside();
        Files.deleteIfExists(aside);
    }

    // ---- Disk

    @Override
    public synchronized DiskFile open(Path file) throws IOException {
        Path path = inside(file);
        checkPower("opening", path);
        if (!Files.exists(path)) {
            boolean last = begin();
            Files.createFile(path);
            adopt(path, UnsyncedContent.durable(0));
            end(last, "creating", path);
        }
        adoptForeign(List.of(path));
        Inode inode = visible.get(path);
        if (inode == null) {
            throw new NoSuchFileException(path.toString());
        }
        SimulatedFile opened =
                new SimulatedFile(
                        path,
                        inode,
                        FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        open.add(opened);
        return opened;
    }

    @Override
    public synchronized boolean exists(Path path) {
        checkPower("looking for", path);
        return Files.exists(inside(path));
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        checkPower("listing", directory);
        inside(directory);
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        boolean last = begin();
        Files.createDirectories(inside(directory));
        end(last, "creating", directory);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        Path source = inside(from);
        Path target = inside(to);
        boolean last = begin();
        adoptForeign(List.of(source, target));
        Inode inode = visible.get(source);
        if (inode == null) {
            throw new NoSuchFileException(from.toString());
        }
        Inode replaced = visible.get(target);
        if (replaced != null && replaced != inode) {
            usedBytes -= Files.size(target);
            // A second name first, so that the target's name is never missing for others.
            replaced.location = asidePath(replaced);
            Files.createLink(replaced.location, target);
        }
        Files.move(
                source,
                target,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        inode.location = target;
        change(new EntryChange.Renamed(source, target, inode));
        end(last, "renaming", from);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        Path path = inside(file);
        boolean last = begin();
        if (Files.isDirectory(path)) {
            Files.delete(path);
            end(last, "deleting", file);
            return;
        }
        adoptForeign(List.of(path));
        Inode inode = visible.get(path);
        if (inode != null) {
            usedBytes -= Files.size(path);
            putAside(inode);
            change(new EntryChange.Deleted(path));
        }
        end(last, "deleting", file);
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        Path path = inside(directory);
        end(begin(), "syncing", path);
        try (Stream<Path> entries = Files.list(path)) {
            adoptForeign(entries.filter(Files::isRegularFile).toList());
        }
        forgetVanished(path);
        for (Iterator<EntryChange> each = pending.iterator(); each.hasNext(); ) {
            EntryChange change = each.next();
            if (change.directory().equals(path)) {
                change.applyTo(durable);
                each.remove();
            }
        }
        clearAside();
    }

    @Override
    public synchronized long freeBytes(Path path) throws IOException {
        checkPower("asking for the room of", path);
        return Math.min(roomBytes(), Files.getFileStore(root).getUsableSpace());
    }

    // ---- How it is done

    private long roomBytes() {
        return Math.max(0, capacityBytes - usedBytes);
    }

    private void checkPower(String operation, Path path) {
        if (crashed) {
            throw new CrashedException(operation + ' ' + path);
        }
    }

    /// Counts an operation; true when the power goes off before it ends.
    private boolean begin() {
        checkPower("any operation in", root);
        operations++;
        return operations >= crashAtOperation;
    }

    private void end(boolean last, String operation, Path path) {
        if (last) {
            crashed = true;
            throw new CrashedException(operation + ' ' + path + " (operation " + operations + ')');
        }
    }

    private void change(EntryChange change) {
        change.applyTo(visible);
        pending.add(change);
    }

    private Inode adopt(Path path, UnsyncedContent content) throws IOException {
        Inode inode = new Inode(inodes++, path, content);
        usedBytes += Files.size(path);
        change(new EntryChange.Created(path, inode));
        return inode;
    }

    /// Takes notice of files that others have made.
    private void adoptForeign(Collection<Path> paths) throws IOException {
        for (Path path : paths) {
            if (!visible.containsKey(path) && Files.isRegularFile(path)) {
                adopt(path, UnsyncedContent.foreign());
            }
        }
    }

    /// What others have deleted cannot be brought back.
    private void forgetVanished(Path directory) {
        List<Path> vanished =
                visible.keySet().stream()
                        .filter(path -> parent(path).equals(directory) && !Files.exists(path))
                        .toList();
        for (Path path : vanished) {
            Inode inode = visible.remove(path);
            durable.values().removeIf(each -> each == inode);
            pending.removeIf(change ->
                    switch (change) {
                        case EntryChange.Created created -> created.inode() == inode;
                        case EntryChange.Renamed renamed -> renamed.inode() == inode;
                        case EntryChange.Deleted _ -> false;
                    });
        }
    }

    private Path asidePath(Inode inode) {
        return aside.resolve(Long.toString(inode.number));
    }

    private void putAside(Inode inode) throws IOException {
        Path target = asidePath(inode);
        if (!inode.location.equals(target)) {
            Files.move(inode.location, target);
            inode.location = target;
        }
    }

    /// Deletes those that can no longer come back.
    private void clearAside() throws IOException {
        Set<Path> needed = new HashSet<>();
        durable.values().forEach(inode -> needed.add(inode.location));
        for (EntryChange change : pending) {
            switch (change) {
                case EntryChange.Created created -> needed.add(created.inode().location);
                case EntryChange.Renamed renamed -> needed.add(renamed.inode().location);
                case EntryChange.Deleted _ -> {}
            }
        }
        try (Stream<Path> files = Files.list(aside)) {
            for (Path file : files.toList()) {
                if (!needed.contains(file)) {
                    Files.delete(file);
                }
            }
        }
    }

    private List<Path> realFiles() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private Path inside(Path path) {
        Path normal = path.toAbsolutePath().normalize();
        if (!normal.startsWith(root)) {
            throw new IllegalArgumentException(path + " is not on this disk, which is " + root);
        }
        return normal;
    }

    private static Path parent(Path path) {
        @Nullable Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no directory");
        }
        return parent;
    }

    private void closeAll() throws IOException {
        for (SimulatedFile file : open) {
            file.channel.close();
        }
        open.clear();
    }

    private final class SimulatedFile implements DiskFile {

        private final Path path;
        private final Inode inode;
        private final FileChannel channel;
        private final long generation = restarts;

        SimulatedFile(Path path, Inode inode, FileChannel channel) {
            this.path = path;
            this.inode = inode;
            this.channel = channel;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() throws IOException {
            synchronized (DiskThatLosesUnsyncedWrites.this) {
                checkAlive("asking for the size of");
                return channel.size();
            }
        }

        @Override
        public void allocate(long bytes) throws IOException {
            synchronized (DiskThatLosesUnsyncedWrites.this) {
                checkAlive("reserving room for");
                long size = channel.size();
                if (bytes <= size) {
                    return;
                }
                boolean last = begin();
                long granted = Math.min(bytes, size + Math.min(bytes - size, roomBytes()));
                if (granted > size) {
                    inode.content.allocate(channel, granted);
                    usedBytes += granted - size;
                }
                end(last, "reserving room for", path);
                if (granted < bytes) {
                    throw new DiskFullException("reserving room for " + path);
                }
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (DiskThatLosesUnsyncedWrites.this) {
                checkAlive("reading");
                int total = 0;
                while (target.hasRemaining()) {
                    int bytes = channel.read(target, position + total);
                    if (bytes < 0) {
                        break;
                    }
                    total += bytes;
                }
                return total;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (DiskThatLosesUnsyncedWrites.this) {
                checkAlive("writing");
                boolean last = begin();
                int wanted = source.remaining();
                long size = channel.size();
                long growth = Math.max(0, position + wanted - size);
                long missing = growth - Math.min(growth, roomBytes());
                int granted = (int) Math.max(0, wanted - missing);
                if (granted > 0) {
                    ByteBuffer fitting = source.slice(source.position(), granted);
                    inode.content.write(channel, fitting, position);
                    source.position(source.position() + granted);
                    usedBytes += channel.size() - size;
                }
                end(last, "writing", path);
                if (missing > 0) {
                    throw new DiskFullException("writing " + path);
                }
            }
        }

        @Override
        public void truncate(long bytes) throws IOException {
            synchronized (DiskThatLosesUnsyncedWrites.this) {
                checkAlive("cutting");
                long size = channel.size();
                if (bytes >= size) {
                    return;
                }
                boolean last = begin();
                inode.content.truncate(channel, bytes);
                usedBytes -= size - bytes;
                end(last, "cutting", path);
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (DiskThatLosesUnsyncedWrites.this) {
                checkAlive("syncing");
                end(begin(), "syncing", path);
                if (failNextSync) {
                    failNextSync = false;
                    inode.content.syncFailed(channel.size());
                    throw new IOException("syncing " + path + ": Input/output error");
                }
                inode.content.synced(channel.size());
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (DiskThatLosesUnsyncedWrites.this) {
                open.remove(this);
                channel.close();
            }
        }

        private void checkAlive(String operation) {
            checkPower(operation, path);
            if (generation != restarts) {
                throw new CrashedException(operation + ' ' + path + ", opened before the crash");
            }
        }
    }
}
