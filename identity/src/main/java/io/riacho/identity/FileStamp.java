package io.riacho.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/// Tells one version of a file from the next without reading it. A file that was renamed into
/// place has another key, so two changes within a tick of the file system's clock are two.
///
/// @param modified null: there is no such file
record FileStamp(@Nullable FileTime modified, long bytes, @Nullable Object key) {

    private static final FileStamp ABSENT = new FileStamp(null, 0, null);

    static FileStamp of(Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(found.lastModifiedTime(), found.size(), found.fileKey());
        } catch (NoSuchFileException _) {
            return ABSENT;
        }
    }
}
