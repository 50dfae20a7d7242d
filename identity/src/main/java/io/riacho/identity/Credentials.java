package io.riacho.identity;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files that a device is given: a folder with its key, its certificate, the authority to
/// check the server by, and its name.
///
/// @param folder it is called as the device
public record Credentials(Path folder) {

    public Path privateKey() {
        return folder.resolve("private.key");
    }

    public Path certificate() {
        return folder.resolve("certificate.pem");
    }

    public Path rootCa() {
        return folder.resolve("root-ca.pem");
    }

    public Path thingName() {
        return folder.resolve("thing_name.txt");
    }

    /// Writes the folder whole. One that is there already becomes `NAME.previous`.
    ///
    /// @param key null: the device keeps its key to itself
    void write(Disk disk, String name, @Nullable PrivateKey key, String certificate, String rootCa)
            throws IOException {
        Path absolute = folder.toAbsolutePath();
        Path next = absolute.resolveSibling(name + ".next");
        Path previous = absolute.resolveSibling(name + ".previous");
        delete(next);
        PrivateFiles.createDirectory(disk, next);
        Credentials made = new Credentials(next);
        if (key != null) {
            PrivateFiles.replace(disk, made.privateKey(), Pem.of(key));
        }
        PrivateFiles.replace(disk, made.certificate(), ascii(certificate));
        PrivateFiles.replace(disk, made.rootCa(), ascii(rootCa));
        PrivateFiles.replace(disk, made.thingName(), ascii(name + "\n"));
        if (Files.exists(absolute)) {
            delete(previous);
            Files.move(absolute, previous);
        }
        Files.move(next, absolute);
        Path parent = absolute.getParent();
        if (parent != null) {
            disk.syncDirectory(parent);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// Deletes the folder, if it is there.
    void delete() throws IOException {
        delete(folder);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.delete(each);
        }
    }
}
