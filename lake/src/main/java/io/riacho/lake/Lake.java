package io.riacho.lake;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lake of one server: takes rows, seals them into Parquet, answers SQL.
///
/// Threads: `append*`, [#freeze] and the `unsealed*` figures belong to one writer thread and return
/// at once; [#seal], [#compact] and [#retain] take as long as the disk does and exclude each other,
/// so one sealer thread runs them; [#find] and [#query] are for any thread.
///
/// A row's position is that of the journal record which made it a row; positions never decrease. What
/// is not sealed is lost with the process and comes again from the journal: [#open] tells by
/// [#sealedPosition()] what is not needed, and rows at or below it are ignored.
public final class Lake implements AutoCloseable {

    /// Where DuckDB spills to; emptied at every start.
    static final String TEMPORARY = "tmp";

    private static final Logger LOG = LoggerFactory.getLogger(Lake.class);

    private final LakeOptions options;
    private final boolean readOnly;
    private final DuckDb engine;
    private final Catalog catalog;
    private final Queries queries;
    private final KeyLookup keyLookup;
    private final Sealer sealer;
    private final Compactor compactor;
    private final RetentionTask retentionTask;
    private final ReentrantLock maintenance = new ReentrantLock();
    private final long sealedAtOpen;

    private Block open;
    private long lastFrozen;
    private volatile long frozenRows;
    private volatile long frozenBytes;
    private volatile Removed removed = Removed.NOTHING;

    private Lake(
            Disk disk, Path directory, LakeOptions options, Manifest manifest, boolean readOnly) {
        this.options = options;
        this.readOnly = readOnly;
        this.engine = new DuckDb(directory, options);
        this.catalog = new Catalog(disk, directory, manifest);
        this.queries = new Queries(engine, catalog, options.queriesMax());
        this.keyLookup = new KeyLookup(directory, engine, catalog);
        this.sealer = new Sealer(disk, directory, engine, catalog);
        this.compactor = new Compactor(disk, directory, engine, catalog, options);
        this.retentionTask = new RetentionTask(disk, directory, engine, catalog);
        this.sealedAtOpen = manifest.sealedPosition();
        this.lastFrozen = manifest.sealedPosition();
        this.open = catalog.state().open();
    }

    /// Opens a lake, or begins one where there is none. Checks that every file is there in its size,
    /// makes the manifest that it found durable, and deletes then what that does not name.
    ///
    /// @throws LakeDamagedException if the manifest cannot be read or a file is not as it says
    /// @throws IllegalArgumentException if the lake was begun with other rollup intervals
    public static Lake open(Disk disk, Path directory, LakeOptions options) throws IOException {
        Path lake = directory.toAbsolutePath().normalize();
        disk.createDirectories(lake);
        Manifest manifest;
        if (disk.exists(lake.resolve(Manifest.NAME))) {
            manifest = checked(disk, lake, options);
        } else {
            for (Table table : Table.values()) {
                if (disk.exists(lake.resolve(table.directory()))) {
                    throw new LakeDamagedException(
                            "the lake "
                                    + lake
                                    + " has data in '"
                                    + table.directory()
                                    + "' and no manifest; restore the manifest from a backup, or move"
                                    + " the data away to begin a new lake");
                }
            }
            manifest = Manifest.empty(options.intervals());
            manifest.prepare(disk, lake);
            Manifest.publish(disk, lake);
        }
        // A process that was killed between a commit's renaming and its sync leaves a manifest
        // that only the page cache knows. What the one on disk names must not be deleted by it.
        disk.syncDirectory(lake);
        removeOrphans(disk, lake, manifest);
        return new Lake(disk, lake, options, manifest, false);
    }

    /// Opens the lake of a stopped server for queries: nothing in its directory changes. Rows may be
    /// appended, which are then seen by queries and never sealed.
    ///
    /// @throws LakeDamagedException as [#open], also when there is no lake
    public static Lake openReadOnly(Disk disk, Path directory, LakeOptions options)
            throws IOException {
        Path lake = directory.toAbsolutePath().normalize();
        if (!disk.exists(lake.resolve(Manifest.NAME))) {
            throw new LakeDamagedException("there is no lake in " + lake);
        }
        Manifest manifest = Manifest.read(disk, lake);
        checkFiles(lake, manifest);
        return new Lake(disk, lake, options.withIntervals(manifest.intervals()), manifest, true);
    }

    /// Reads every file of a lake that no server has open, and compares checksums.
    ///
    /// @throws LakeDamagedException if the manifest itself cannot be used
    public static Verification verify(Disk disk, Path directory) throws IOException {
        Path lake = directory.toAbsolutePath().normalize();
        List<String> damaged = new ArrayList<>();
        long files = 0;
        long bytes = 0;
        long unknown = 0;
        for (LakeFile file : Manifest.read(disk, lake).files()) {
            Path path = file.path(lake);
            files++;
            if (!Files.isRegularFile(path)) {
                damaged.add(path + " is missing");
                continue;
            }
            try (DiskFile opened = disk.open(path)) {
                bytes += opened.size();
                if (opened.size() != file.bytes()) {
                    damaged.add(
                            path
                                    + " is "
                                    + opened.size()
                                    + " bytes long and the manifest says "
                                    + file.bytes());
                } else if (file.checksum() == LakeFile.UNKNOWN) {
                    unknown++;
                } else if (ParquetWriter.checksum(opened) != file.checksum()) {
                    damaged.add(path + " has another checksum than when it was written");
                }
            }
        }
        return new Verification(files, bytes, unknown, List.copyOf(damaged));
    }

    private static Manifest checked(Disk disk, Path lake, LakeOptions options) throws IOException {
        Manifest manifest = Manifest.read(disk, lake);
        if (!manifest.intervals().equals(options.intervals())) {
            throw new IllegalArgumentException(
                    "the lake "
                            + lake
                            + " was begun with the rollup intervals "
                            + names(manifest.intervals())
                            + " and the configuration says "
                            + names(options.intervals())
                            + "; set them back, or begin a new data directory");
        }
        checkFiles(lake, manifest);
        return manifest;
    }

    private static List<String> names(List<Interval> intervals) {
        return intervals.stream().map(Interval::name).toList();
    }

    private static void checkFiles(Path lake, Manifest manifest) throws IOException {
        for (LakeFile file : manifest.files()) {
            Path path = file.path(lake);
            if (!Files.isRegularFile(path)) {
                throw new LakeDamagedException(
                        "the lake's file " + path + " is missing; restore it from a backup");
            }
            long bytes = Files.size(path);
            if (bytes != file.bytes()) {
                throw new LakeDamagedException(
                        "the lake's file "
                                + path
                                + " is "
                                + bytes
                                + " bytes long and its manifest says "
                                + file.bytes()
                                + "; restore it from a backup");
            }
        }
    }

    private static void removeOrphans(Disk disk, Path lake, Manifest manifest) throws IOException {
        Set<Path> current = new HashSet<>();
        for (LakeFile file : manifest.files()) {
            current.add(file.path(lake));
        }
        disk.delete(lake.resolve(Manifest.TEMPORARY_NAME));
        for (Table table : Table.values()) {
            removeOrphansIn(disk, lake.resolve(table.directory()), current);
        }
        for (Day day : manifest.days().values()) {
            current.add(day.path(lake));
        }
        removeOrphansIn(disk, lake.resolve(Day.DIRECTORY), current);
        removeOrphansIn(disk, lake.resolve(TEMPORARY), current);
    }

    private static void removeOrphansIn(Disk disk, Path directory, Set<Path> current)
            throws IOException {
        if (!disk.exists(directory)) {
            return;
        }
        for (Path entry : disk.list(directory)) {
            if (Files.isDirectory(entry)) {
                removeOrphansIn(disk, entry, current);
            } else if (!current.contains(entry)) {
                LOG.info("removing {}, which no commit names", entry);
                disk.delete(entry);
            }
        }
    }

    /// Every row at or below this journal position is in Parquet; -1: none.
    public long sealedPosition() {
        return catalog.state().manifest().sealedPosition();
    }

    /// Timestamps before this lie in days that retention has removed, µs since 1970 UTC;
    /// [Long#MIN_VALUE] when it has removed none. What it removed cannot be found any more.
    public long retainedFromMicros() {
        long from = Long.MIN_VALUE;
        for (LakeFile file : catalog.state().manifest().base()) {
            long day = Math.floorDiv(file.maxTimestampMicros(), Interval.DAY_MICROS);
            from = Math.max(from, (day + 1) * Interval.DAY_MICROS);
        }
        return from;
    }

    /// Size of the current Parquet files, in bytes.
    public long sealedBytes() {
        return catalog.state().manifest().bytes();
    }

    /// How many Parquet files are current.
    public int sealedFiles() {
        return catalog.state().manifest().fileCount();
    }

    /// A reading that is new. At or below the position that was sealed at the start it is ignored.
    public void appendReading(
            long position,
            String sensor,
            String metric,
            long timestampMicros,
            double value,
            @Nullable String unit,
            String source,
            long receivedAtMicros) {
        if (taken(position)) {
            open.appendReading(
                    position,
                    sensor,
                    metric,
                    timestampMicros,
                    value,
                    unit,
                    source,
                    receivedAtMicros);
        }
    }

    /// A reading that contradicts one with the same series and timestamp, whose value stays.
    public void appendConflict(
            long position,
            String sensor,
            String metric,
            long timestampMicros,
            double value,
            double keptValue,
            @Nullable String unit,
            String source,
            long receivedAtMicros) {
        if (taken(position)) {
            open.appendConflict(
                    position,
                    sensor,
                    metric,
                    timestampMicros,
                    value,
                    keptValue,
                    unit,
                    source,
                    receivedAtMicros);
        }
    }

    public void appendCommandEvent(long position, CommandRow row) {
        if (taken(position)) {
            open.appendCommand(position, row);
        }
    }

    public void appendDeviceEvent(
            long position, String device, String kind, String detail, long atMicros) {
        if (taken(position)) {
            open.appendEvent(position, device, kind, detail, atMicros);
        }
    }

    private boolean taken(long position) {
        if (position <= sealedAtOpen) {
            return false;
        }
        if (position <= lastFrozen) {
            throw new IllegalArgumentException(
                    "position " + position + " was frozen already, up to " + lastFrozen);
        }
        return true;
    }

    /// Whether the rows that are not sealed take less than they should. Without room the writer
    /// freezes, and waits for a seal before its next entry. An append never fails for it: one entry makes
    /// more rows than anybody can foresee (a rule that flaps issues a command for each reading), and what
    /// was acknowledged must be taken. So the limit may be crossed by what one entry makes.
    public boolean hasRoom() {
        return unsealedBytes() < options.unsealedBytesMax();
    }

    public long unsealedRows() {
        return open.rows() + frozenRows;
    }

    /// Heap that the rows take which are not sealed; as much again is in DuckDB once it looked.
    public long unsealedBytes() {
        return open.bytes() + frozenBytes;
    }

    /// Cuts: what was appended so far is one block to be sealed, what comes goes to a new one.
    ///
    /// @param upTo a position at or above every one appended so far and below every one to come
    public FrozenBlock freeze(long upTo) {
        requireWritable();
        if (upTo < lastFrozen) {
            throw new IllegalArgumentException(
                    "cannot freeze up to " + upTo + " after " + lastFrozen);
        }
        Block frozen = open;
        synchronized (this) {
            frozenRows += frozen.rows();
            frozenBytes += frozen.bytes();
        }
        lastFrozen = upTo;
        catalog.openBlock(upTo);
        open = catalog.state().open();
        return new FrozenBlock(frozen, upTo);
    }

    /// Writes a frozen block to Parquet and commits it; blocks are sealed in the order in which they
    /// were frozen. When it returns, the rows are durable and [#sealedPosition()] is the block's.
    ///
    /// @throws io.riacho.disk.DiskFullException if there is no room; everything is as it was, and it
    ///     can be tried again
    /// @throws IOException likewise for any other failure; if the commit itself failed half-way, every
    ///     further one is refused until the lake is opened again
    public void seal(FrozenBlock block) throws IOException {
        requireWritable();
        maintenance.lock();
        try {
            if (catalog.state().blocks().getFirst() != block.block()) {
                throw new IllegalArgumentException(
                        "the block up to "
                                + block.upTo()
                                + " is not the oldest that waits for its seal");
            }
            sealer.seal(block.block(), block.upTo());
            synchronized (this) {
                frozenRows -= block.block().rows();
                frozenBytes -= block.block().bytes();
            }
            afterCommit();
        } finally {
            maintenance.unlock();
        }
    }

    /// Merges small files, in partitions whose time is over and in those that have many: a slice of them,
    /// about a second's work, in one commit. Who wants all of it calls again until 0 comes back, and may
    /// seal in between.
    ///
    /// @return how many partitions it merged; 0: nothing is left to merge
    public int compact(long nowMicros) throws IOException {
        requireWritable();
        maintenance.lock();
        try {
            int compacted = compactor.compact(nowMicros);
            afterCommit();
            return compacted;
        } finally {
            maintenance.unlock();
        }
    }

    /// Removes the days that are too old or too much; their statistics stay in `series`.
    ///
    /// @return how many days went
    public int retain(Retention retention, long nowMicros) throws IOException {
        requireWritable();
        maintenance.lock();
        try {
            Removed now = retentionTask.retain(retention, nowMicros);
            if (now.days() == 0) {
                return 0;
            }
            removed = removed.plus(now);
            afterCommit();
            return (int) now.days();
        } finally {
            maintenance.unlock();
        }
    }

    /// What retention has removed since the lake was opened.
    public Removed removed() {
        return removed;
    }

    /// Frees what a commit has made obsolete: tables of sealed blocks, files nobody reads.
    private void afterCommit() {
        if (engine.isOpen()) {
            ReentrantLock lock = engine.lock();
            lock.lock();
            try {
                engine.tables(catalog.state());
            } catch (java.sql.SQLException e) {
                LOG.warn("tables of sealed rows will be dropped by the next query", e);
            } finally {
                lock.unlock();
            }
        }
        catalog.deleteObsolete();
    }

    /// Which of these readings are in the sealed files, and with which value. Rows that are not sealed
    /// are not seen: the stream core remembers those itself.
    public Map<ReadingKey, Double> find(Collection<ReadingKey> keys) throws IOException {
        return keyLookup.find(keys);
    }

    /// Answers one `SELECT` over the views, seeing every row appended before the call.
    ///
    /// @throws QueryException if it cannot be answered; its reason tells whose fault that is
    public QueryResult query(String sql, QueryLimits limits) throws QueryException {
        return queries.query(sql, List.of(), limits);
    }

    /// The same, with values for the `?` in it: strings, numbers, booleans, `java.time` types.
    public QueryResult query(
            String sql, List<? extends @Nullable Object> parameters, QueryLimits limits)
            throws QueryException {
        return queries.query(sql, parameters, limits);
    }

    private void requireWritable() {
        if (readOnly) {
            throw new IllegalStateException("the lake was opened for reading only");
        }
    }

    /// Makes a seal, a compaction or a retention under way fail, and any that follows: everything is as it
    /// was, and whoever opens the lake next can do it again. From any thread, and again until the work has
    /// ended, since a statement that is just about to start does not notice.
    public void abandonMaintenance() {
        engine.abandonment().abandon();
    }

    /// Cancels the queries that run and waits for a seal under way. What is not sealed is gone.
    @Override
    public void close() {
        queries.close();
        maintenance.lock();
        try {
            engine.close();
        } finally {
            maintenance.unlock();
        }
    }
}
