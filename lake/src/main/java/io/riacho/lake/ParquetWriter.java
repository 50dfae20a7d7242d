package io.riacho.lake;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.duckdb.DuckDBConnection;

/// Writes the Parquet files of one commit, so that they are durable before the manifest names them:
/// temporary file → sync → rename → sync of the directory.
///
/// DuckDB writes the temporary file; what makes it durable goes through [Disk]. When the commit does
/// not happen, [#discard] removes what was written.
final class ParquetWriter {

    private static final String TEMPORARY_SUFFIX = ".tmp";

    private final Disk disk;
    private final Path lake;
    private final DuckDBConnection connection;
    private final Abandonment abandonment;
    private final List<LakeFile> files = new ArrayList<>();
    private final List<Path> written = new ArrayList<>();
    private final Set<Path> directories = new LinkedHashSet<>();

    ParquetWriter(Disk disk, Path lake, DuckDBConnection connection, Abandonment abandonment) {
        this.disk = disk;
        this.lake = lake;
        this.connection = connection;
        this.abandonment = abandonment;
    }

    /// Writes what `query` gives, which must be `rows` rows.
    void write(
            Table table,
            String partition,
            String name,
            long firstPosition,
            long lastPosition,
            long rows,
            long minTimestampMicros,
            long maxTimestampMicros,
            String query)
            throws IOException, SQLException {
        Path directory = LakeFile.directory(lake, table, partition);
        if (!directories.contains(directory)) {
            disk.createDirectories(directory);
        }
        Path path = directory.resolve(name);
        Path temporary = directory.resolve(name + TEMPORARY_SUFFIX);
        disk.delete(temporary);
        written.add(temporary);
        long copied =
                abandonment.run(
                        connection,
                        "COPY ("
                                + query
                                + ") TO "
                                + Sql.literal(temporary)
                                + " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)");
        if (copied != rows) {
            throw new IOException(
                    "writing " + path + ": " + copied + " rows came where " + rows + " belong");
        }
        long bytes;
        long checksum;
        try (DiskFile file = disk.open(temporary)) {
            file.sync();
            bytes = file.size();
            checksum = checksum(file);
        }
        disk.rename(temporary, path);
        written.add(path);
        directories.add(directory);
        files.add(
                new LakeFile(
                        table,
                        partition,
                        name,
                        firstPosition,
                        lastPosition,
                        rows,
                        bytes,
                        minTimestampMicros,
                        maxTimestampMicros,
                        checksum));
    }

    /// CRC-32C of a file's bytes.
    static long checksum(DiskFile file) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocate(256 << 10);
        long position = 0;
        while (true) {
            piece.clear();
            int read = file.read(piece, position);
            if (read <= 0) {
                return crc.getValue();
            }
            crc.update(piece.flip());
            position += read;
        }
    }

    /// Prepares what the queries to come need, as [Sql#run] does.
    void run(String sql) throws IOException, SQLException {
        abandonment.run(connection, sql);
    }

    /// Makes the names durable and gives the files out.
    List<LakeFile> finish() throws IOException {
        for (Path directory : directories) {
            disk.syncDirectory(directory);
        }
        return List.copyOf(files);
    }

    /// Deletes what was written, as far as that works; the next start finishes it.
    void discard(Exception cause) {
        for (Path path : written) {
            try {
                disk.delete(path);
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
    }
}
