package io.riacho.lake;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lake's [CatalogState]: commits change it, readers pin it, and files that nobody can see any
/// more are deleted.
///
/// Commits come from one thread at a time. A reader registers with the generation that it sees; a file
/// that a commit made obsolete is deleted once every reader of an earlier generation has gone.
/// Readers have a time limit, so files do not stay for long.
final class Catalog {

    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

    private record Obsolete(long generation, Path path) {}

    private final Disk disk;
    private final Path lake;
    private volatile CatalogState state;

    // Guarded by this.
    private final TreeMap<Long, Integer> readers = new TreeMap<>();
    private final Deque<Obsolete> obsolete = new ArrayDeque<>();
    private boolean inDoubt;

    Catalog(Disk disk, Path lake, Manifest manifest) {
        this.disk = disk;
        this.lake = lake;
        this.state =
                new CatalogState(0, manifest, List.of(new Block(0, manifest.sealedPosition() + 1)));
    }

    CatalogState state() {
        return state;
    }

    /// Adds a new open block behind the current one, whose positions end with `upTo`.
    synchronized void openBlock(long upTo) {
        List<Block> blocks = new java.util.ArrayList<>(state.blocks());
        blocks.add(new Block(state.open().number() + 1, upTo + 1));
        state = new CatalogState(state.generation() + 1, state.manifest(), blocks);
    }

    /// Makes a manifest the current one, durably.
    ///
    /// @param removed the files that it no longer names
    /// @param sealed a block whose rows are in its files now
    /// @throws IOException if it is not; then nothing has changed, or nothing is known and every
    ///     further commit is refused until the lake is opened again
    void commit(Manifest next, Collection<LakeFile> removed, @Nullable Block sealed)
            throws IOException {
        synchronized (this) {
            if (inDoubt) {
                throw new IOException(
                        "an earlier commit of the lake "
                                + lake
                                + " failed half-way; restart, which reads what became durable");
            }
        }
        try {
            next.prepare(disk, lake);
            Manifest.publish(disk, lake);
        } catch (IOException e) {
            for (Day day : next.written()) {
                try {
                    disk.delete(day.path(lake));
                } catch (IOException left) {
                    e.addSuppressed(left);
                }
            }
            throw e;
        }
        synchronized (this) {
            // Until the directory is synced, a crash may bring back either one.
            inDoubt = true;
        }
        disk.syncDirectory(lake);
        synchronized (this) {
            inDoubt = false;
            List<Block> blocks = state.blocks().stream().filter(block -> block != sealed).toList();
            CatalogState before = state;
            state = new CatalogState(before.generation() + 1, next, blocks);
            for (LakeFile file : removed) {
                obsolete.add(new Obsolete(state.generation(), file.path(lake)));
            }
            for (Day day : before.manifest().days().values()) {
                Day now = next.days().get(day.epochDay());
                if (day.writtenBy() >= 0 && (now == null || now.writtenBy() != day.writtenBy())) {
                    obsolete.add(new Obsolete(state.generation(), day.path(lake)));
                }
            }
        }
    }

    /// Registers a reader of the current state. Every pin is given back by [#unpin].
    synchronized CatalogState pin() {
        readers.merge(state.generation(), 1, Integer::sum);
        return state;
    }

    synchronized void unpin(CatalogState pinned) {
        readers.computeIfPresent(pinned.generation(), (_, count) -> count == 1 ? null : count - 1);
    }

    /// Deletes the files that no reader can see any more. One that cannot be deleted is left for the
    /// next start, which removes what the manifest does not name.
    void deleteObsolete() {
        Set<Path> directories = new HashSet<>();
        for (Path path = nextObsolete(); path != null; path = nextObsolete()) {
            try {
                disk.delete(path);
                Path directory = path.getParent();
                if (directory != null) {
                    directories.add(directory);
                }
            } catch (IOException e) {
                LOG.warn("{} is obsolete and could not be deleted", path, e);
            }
        }
        for (Path directory : directories) {
            try {
                disk.syncDirectory(directory);
            } catch (IOException e) {
                LOG.warn("deletions in {} may come back after a crash; harmless", directory, e);
            }
        }
    }

    private synchronized @Nullable Path nextObsolete() {
        Obsolete oldest = obsolete.peek();
        if (oldest == null || (!readers.isEmpty() && readers.firstKey() < oldest.generation())) {
            return null;
        }
        obsolete.remove();
        return oldest.path();
    }

    /// Whether it is known which manifest is the durable one.
    synchronized boolean isSettled() {
        return !inDoubt;
    }

    synchronized int obsoleteFiles() {
        return obsolete.size();
    }
}
