package io.riacho.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Gives a guided fuzzer what a target's test begins with: writes each input of the target's
/// `public static List<byte[]> seeds()` into a file, as libFuzzer reads them. For `./dev fuzz`.
public final class FuzzSeeds {

    private FuzzSeeds() {}

    /// Writes one target's.
    ///
    /// @param args the target's class, and the directory for its inputs, which is made
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path directory = Files.createDirectories(Path.of(args[1]));
        List<?> seeds = (List<?>) Class.forName(args[0]).getMethod("seeds").invoke(null);
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(directory.resolve("seed-" + i), (byte[]) seeds.get(i));
        }
    }
}
