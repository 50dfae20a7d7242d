package io.riacho.cli.flow;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `buf`, a gRPC client that knows nothing of us, from npm.
final class Buf {

    private static final Path TOOLS = Path.of("target", "buf").toAbsolutePath();

    /// Where its programs are.
    static final Path PROGRAMS = TOOLS.resolve("node_modules/.bin");

    static final Path BUF = PROGRAMS.resolve("buf");

    private static final int SECONDS_MAX = 120;

    private Buf() {}

    /// A program that ended.
    record Ended(int code, String out, String error) {}

    /// Runs a program.
    static Ended run(Path in, List<String> command) throws Exception {
        return run(in, new ProcessBuilder(command));
    }

    /// Runs a program that was set up further.
    static Ended run(Path in, ProcessBuilder program) throws Exception {
        Path out = Files.createTempFile("riacho", ".out");
        Path error = Files.createTempFile("riacho", ".err");
        try {
            Process process =
                    program.redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(error.toFile())
                            .start();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        program.command() + " did not end within " + SECONDS_MAX + " s");
            }
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(error));
        } finally {
            Files.delete(out);
            Files.delete(error);
        }
    }

    /// Installs it once for each build folder. Where that is not possible the test is skipped, and says
    /// so.
    static void install() throws Exception {
        if (Files.isExecutable(BUF)) {
            return;
        }
        Files.createDirectories(TOOLS);
        Ended npm;
        try {
            npm =
                    run(
                            Path.of("/dev/null"),
                            List.of(
                                    "npm",
                                    "install",
                                    "--no-audit",
                                    "--no-fund",
                                    "--prefix",
                                    TOOLS.toString(),
                                    "@bufbuild/buf@1.75.0"));
        } catch (IOException e) {
            npm = new Ended(-1, "", String.valueOf(e.getMessage()));
        }
        if (npm.code != 0 || !Files.isExecutable(BUF)) {
            String reason = "not run: npm could not install @bufbuild/buf: " + npm.error.strip();
            System.out.println(reason);
            assumeTrue(false, reason);
        }
    }
}
