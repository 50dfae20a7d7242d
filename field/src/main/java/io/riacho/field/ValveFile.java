package io.riacho.field;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The positions of the valves, kept while the demo is not running, as a real valve stays where it
/// is: a server that starts again believes that what was acknowledged is so.
final class ValveFile {

    private final Path file;

    ValveFile(Path file) {
        this.file = file;
    }

    /// Opens the valves that were open.
    void restore(Valves valves) {
        try {
            Set<String> open = Set.copyOf(Files.readAllLines(file));
            for (int plot = 0; plot < valves.plots(); plot++) {
                valves.turn(plot, open.contains(Field.sensor(plot)));
            }
        } catch (NoSuchFileException _) {
            // The first time: all closed.
        } catch (IOException e) {
            throw new UncheckedIOException("reading the valves' positions from " + file, e);
        }
    }

    /// Writes which are open, one sensor id a line.
    synchronized void keep(Valves valves) {
        String open =
                IntStream.range(0, valves.plots())
                        .filter(valves::isOpen)
                        .mapToObj(Field::sensor)
                        .collect(Collectors.joining("\n"));
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(fresh, open);
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("writing the valves' positions to " + file, e);
        }
    }
}
