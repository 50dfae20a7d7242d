package io.riacho.server;

import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.riacho.disk.RealDisk;
import io.riacho.lake.Lake;
import io.riacho.pipeline.Pipeline;
import io.riacho.pipeline.stages.MicroClock;
import io.riacho.rules.CelConditions;
import java.io.IOException;
import java.nio.file.Files;

/// The data of a server that is stopped, to be looked at: recovered as a server would, under its lock,
/// but nothing listens and nothing runs. Rules stay as they are.
public final class StoredData implements AutoCloseable {

    private final DataLock lock;
    private final Pipeline pipeline;

    private StoredData(DataLock lock, Pipeline pipeline) {
        this.lock = lock;
        this.pipeline = pipeline;
    }

    /// Opens a server's data directory.
    ///
    /// @throws DataDirectoryInUseException when a server has it
    /// @throws IOException when there is none, or what is in it is damaged
    public static StoredData open(ServerConfig config) throws IOException {
        if (!Files.isDirectory(Pipeline.Directories.below(config.data()).journal())) {
            throw new IOException(
                    config.data().toAbsolutePath()
                            + " is no data directory of a server: there is no journal in it");
        }
        DataLock lock = DataLock.take(config.data());
        try {
            CelConditions conditions = new CelConditions();
            return new StoredData(
                    lock,
                    Pipeline.open(
                            new RealDisk(),
                            Pipeline.Directories.below(config.data()),
                            config.pipeline(),
                            bytes -> StoredRules.read(bytes, conditions),
                            MicroClock.system(),
                            new CompositeMeterRegistry()));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /// What it stored, for queries.
    public Lake lake() {
        return pipeline.lake();
    }

    @Override
    public void close() throws IOException {
        try {
            pipeline.close();
        } finally {
            lock.close();
        }
    }
}
