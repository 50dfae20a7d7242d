package io.riacho.acceptance;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Programs that are run to their end.
public final class Program {

    private static final int SECONDS_MAX = 120;

    private Program() {}

    /// How one ended.
    ///
    /// @param output standard output and errors, as they came
    public record Result(int exit, String output) {}

    /// `riacho` as a command line, in the class path of this test.
    ///
    /// @param words what follows it
    public static List<String> riacho(String... words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.riacho.cli.Main"));
        command.addAll(List.of(words));
        return command;
    }

    /// Runs a program.
    ///
    /// @throws IOException when there is no such program, or it does not end within two minutes
    public static Result run(Path directory, List<String> command)
            throws IOException, InterruptedException {
        File output = File.createTempFile("program", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output)
                            .start();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("does not end: " + String.join(" ", command));
            }
            return new Result(
                    process.exitValue(), Files.readString(output.toPath(), StandardCharsets.UTF_8));
        } finally {
            Files.delete(output.toPath());
        }
    }

    /// Whether a program is on the path.
    public static boolean isThere(String name) throws IOException, InterruptedException {
        return run(Path.of("."), List.of("bash", "-c", "command -v " + name)).exit() == 0;
    }
}
