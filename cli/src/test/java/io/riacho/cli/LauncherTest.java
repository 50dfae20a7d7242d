package io.riacho.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `./riacho` itself, as a released archive whose JDKs are fakes that say who they are.
class LauncherTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    /// All that the launcher calls: no java among them.
    private static final List<String> TOOLS =
            List.of("bash", "sh", "readlink", "dirname", "sed", "head", "cat", "uname");

    private static final Path TOOL_FOLDER = Path.of("target", "launcher-tools").toAbsolutePath();

    private record Result(int exit, String out, String err) {}

    @BeforeEach
    void unpack() throws IOException {
        Files.createDirectories(folder.resolve("app/lib"));
        Files.copy(Path.of("..", "riacho"), folder.resolve("app/riacho"));
        Files.writeString(folder.resolve("app/lib/b.jar"), "");
        Files.writeString(folder.resolve("app/lib/a.jar"), "");
        Files.createDirectories(folder.resolve("jdks"));
    }

    @BeforeAll
    static void linkTools() throws IOException {
        Files.createDirectories(TOOL_FOLDER);
        for (String tool : TOOLS) {
            Path usual = Path.of("/usr/bin", tool);
            Path link = TOOL_FOLDER.resolve(tool);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Files.exists(usual) ? usual : Path.of("/bin", tool));
        }
    }

    /// A JDK that prints its name and its arguments. Without a release file it answers `-version`.
    private Path jdk(String name, String version, boolean release) throws IOException {
        Path home = folder.resolve("jdks").resolve(name);
        Path java = home.resolve("bin/java");
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(
                java,
                """
                #!/bin/sh
                if [ "$1" = -version ]; then echo 'openjdk version "%s" 2026-01-01' >&2; exit 0; fi
                echo "%s"
                for each in "$@"; do echo "$each"; done
                exit 42
                """
                        .formatted(version, name));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        if (release) {
            Files.writeString(
                    home.resolve("release"),
                    "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\nOS_ARCH=\"y\"\n");
        }
        return home;
    }

    @ParameterizedTest
    @CsvSource({
        "LC_ALL, C, C.UTF-8",
        "LC_ALL, POSIX, C.UTF-8",
        "LANG, pt_BR.ISO-8859-1, C.UTF-8",
        "LC_ALL, pt_BR.UTF-8, pt_BR.UTF-8",
        "LC_CTYPE, en_US.utf8, ''",
        "X, x, C.UTF-8",
    })
    void namesAreReadAsUtf8WhateverTheLocale(String variable, String value, String expected)
            throws Exception {
        Path home = jdk("a", "25.0.3", true);
        Files.writeString(home.resolve("bin/java"), "#!/bin/sh\necho \"$LC_ALL\"\n");
        Result result =
                launch(
                        Map.of("JAVA_HOME", home.toString(), variable, value),
                        "command",
                        "válvula-1",
                        "on");
        assertThat(result.out().strip()).isEqualTo(expected);
    }

    private Result launch(Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(TOOL_FOLDER + "/bash", folder + "/app/riacho");
        builder.command().addAll(List.of(arguments));
        Map<String, String> variables = builder.environment();
        variables.remove("JAVA_HOME");
        variables.remove("RIACHO_JAVA_HOME");
        variables.remove("RIACHO_JAVA_OPTS");
        List.of("LC_ALL", "LC_CTYPE", "LANG").forEach(variables::remove);
        variables.put("PATH", TOOL_FOLDER.toString());
        variables.put("RIACHO_JDK_ROOTS", folder + "/jdks");
        variables.putAll(environment);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        int exit = process.waitFor();
        return new Result(exit, Files.readString(out), Files.readString(err));
    }

    @Test
    void takes25WhereThereAreOthers() throws Exception {
        jdk("a-17", "17.0.15", true);
        jdk("b-26", "26", true);
        jdk("c-25", "25.0.3", true);
        jdk("d-8", "1.8.0_400", true);

        Result result = launch(Map.of(), "up", "--data", "with blank");

        assertThat(result.out()).startsWith("c-25\n").endsWith("up\n--data\nwith blank\n");
        assertThat(result.exit()).as("exec: java's own exit code").isEqualTo(42);
    }

    @Test
    void takesANewerOneWhereThereIsNo25() throws Exception {
        jdk("a-21", "21.0.1", true);
        jdk("b-26", "26-ea", true);

        assertThat(launch(Map.of()).out()).startsWith("b-26\n");
    }

    @Test
    void asksTheJavaWhereThereIsNoReleaseFile() throws Exception {
        jdk("a-21", "21.0.1", false);
        jdk("b-25", "25", false);

        assertThat(launch(Map.of()).out()).startsWith("b-25\n");
    }

    @Test
    void followsTheLinksOfTheJavaOnThePath() throws Exception {
        Path home = jdk("elsewhere", "25.0.1", true);
        Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(folder.resolve("bin/first"), home.resolve("bin/java"));
        Files.createSymbolicLink(folder.resolve("bin/java"), Path.of("first"));

        Result result =
                launch(
                        Map.of(
                                "PATH", folder + "/bin:" + TOOL_FOLDER,
                                "RIACHO_JDK_ROOTS", folder + "/none"));

        assertThat(result.out()).startsWith("elsewhere\n");
    }

    @Test
    void javaHomeComesBeforeWhatIsFound() throws Exception {
        jdk("a-25", "25", true);
        Path named = jdk("z-25", "25", true);

        assertThat(launch(Map.of("JAVA_HOME", named.toString())).out()).startsWith("z-25\n");
    }

    @Test
    void javaHomeThatIsTooOldIsPassedOver() throws Exception {
        jdk("b-25", "25", true);
        Path old = jdk("a-17", "17", true);

        assertThat(launch(Map.of("JAVA_HOME", old.toString())).out()).startsWith("b-25\n");
    }

    @Test
    void ourOwnVariableIsObeyedOrRefusedByName() throws Exception {
        jdk("b-25", "25", true);
        Path newer = jdk("c-26", "26", true);
        Path old = jdk("a-17", "17", true);

        assertThat(launch(Map.of("RIACHO_JAVA_HOME", newer.toString())).out()).startsWith("c-26\n");
        Result refused = launch(Map.of("RIACHO_JAVA_HOME", old.toString()));
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("RIACHO_JAVA_HOME is Java 17", "25 or newer");
        Result absent = launch(Map.of("RIACHO_JAVA_HOME", folder + "/nowhere"));
        assertThat(absent.err()).contains("there is no bin/java in it");
    }

    @Test
    void withoutAnyItSaysWhatWasFoundAndWhatToDo() throws Exception {
        jdk("a-17", "17.0.15", true);

        Result result = launch(Map.of());

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("needs a JDK 25 or newer", "17 (", "Install one", "RIACHO_JAVA_HOME=");
    }

    @Test
    void classPathIsEveryJarInAFixedOrder() throws Exception {
        jdk("b-25", "25", true);

        Path lib = folder.toRealPath().resolve("app/lib");
        assertThat(launch(Map.of("LC_ALL", "en_US.UTF-8")).out())
                .contains("\n" + lib + "/a.jar:" + lib + "/b.jar\nio.riacho.cli.Main\n");
    }

    @Test
    void optionsForJavaComeAfterOurs() throws Exception {
        jdk("b-25", "25", true);

        assertThat(launch(Map.of("RIACHO_JAVA_OPTS", "-Xmx1g -Da=b")).out())
                .containsSubsequence("-Xmx512m\n", "-Xmx1g\n-Da=b\n-cp\n");
    }

    @Test
    void worksThroughALinkAndFromBin() throws Exception {
        jdk("b-25", "25", true);
        Path bin = Files.createDirectories(folder.resolve("app/bin"));
        Files.move(folder.resolve("app/riacho"), bin.resolve("riacho"));
        Files.createSymbolicLink(folder.resolve("app/riacho"), Path.of("bin/riacho"));

        assertThat(launch(Map.of()).out()).contains("/app/lib/a.jar:");
    }
}
