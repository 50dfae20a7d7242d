package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Makes docs/mqtt-conformance.md from the tests, and sees to it that each normative statement is proved
/// by a test or has a reason why not. -Driacho.docs.write=true writes the page.
class ConformanceTableTest {

    private static final String HEAD =
            """
            # MQTT conformance

            Each normative statement of both specifications in our words, whom it binds, and the tests that prove it, or why none does.
            Made by `ConformanceTableTest` from the tests' `@Normative` annotations: not to be edited by hand.
            After a change of the tests: `mvn -pl mqtt test -Dtest=ConformanceTableTest -Driacho.docs.write=true`.

            **How it was checked.** The ids and what they ask for were compared, one by one, with the lists of appendix B of both OASIS standards
            (MQTT 5.0 of 7 March 2019: 251 statements; MQTT 3.1.1 of 29 October 2014: 141) as other projects published them: one whole list of 5.0, one
            whole and one partial list of 3.1.1, which agree. Where a standard contradicts itself the id is appendix B's: 4.2.0-1 of 5.0 is 4.2-1 in its text, 3.8.3-4 of 3.1.1 is misspelt
            there. The standards themselves could not be fetched where this was written, and no official conformance suite exists.

            **What a row says.** A statement that binds the client alone is tested where the server must answer a client that breaks it; otherwise
            it is "the client's". Besides the tests that are named, every packet that the server sends in any test of the module is held against the
            specification's tables by `ServerPackets`: forms, flags, codes, properties, order, and the client's limits.
            """;

    private static final Path PAGE = Path.of("..", "docs", "mqtt-conformance.md");

    @Test
    void pageSaysWhatTheTestsProve() throws Exception {
        StringBuilder page = new StringBuilder();
        page.append(HEAD);
        page.append(section("5.0", Normative::v5));
        page.append(section("3.1.1", Normative::v3));
        if (Boolean.getBoolean("riacho.docs.write")) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
    }

    private interface Statements {
        String[] of(Normative normative);
    }

    /// @param binds client, server or both
    /// @param reason why no test proves it, or empty
    private record Statement(String binds, String text, String reason) {}

    private static String section(String version, Statements statements) throws Exception {
        Map<String, SortedSet<String>> proofs = proofs(statements);
        Map<String, Statement> all = all(version);
        assertThat(all.keySet()).as("statements of %s", version).containsAll(proofs.keySet());
        List<String> open = new ArrayList<>();
        int tested = 0;
        StringBuilder rows = new StringBuilder();
        for (Map.Entry<String, Statement> each : all.entrySet()) {
            Statement statement = each.getValue();
            SortedSet<String> by = proofs.get(each.getKey());
            String reason = statement.reason();
            if (by == null && reason.isEmpty() && statement.binds().equals("client")) {
                reason = "the client's";
            }
            if ((by == null) == reason.isEmpty()) {
                open.add(each.getKey());
            }
            tested += by == null ? 0 : 1;
            String what = by == null ? reason : "tested: " + String.join(", ", by);
            rows.append("| MQTT-").append(each.getKey()).append(" | ").append(statement.binds());
            rows.append(" | ").append(statement.text()).append(" | ").append(what).append(" |\n");
        }
        assertThat(open).as("statements with neither a test nor a reason, or with both").isEmpty();
        return "\n## MQTT "
                + version
                + "\n\n"
                + all.size()
                + " statements, "
                + tested
                + " of them tested.\n\n| statement | binds | it asks that | |\n|---|---|---|---|\n"
                + rows;
    }

    private static Map<String, Statement> all(String version) throws IOException {
        Map<String, Statement> all = new LinkedHashMap<>();
        String name = "/normative-" + version + ".txt";
        try (InputStream in = ConformanceTableTest.class.getResourceAsStream(name)) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
                List<String> parts = List.of(line.split("[|]", -1));
                assertThat(parts.size()).as(line).isBetween(3, 4);
                assertThat(parts.get(1)).as(line).isIn("client", "server", "both");
                String reason = parts.size() == 4 ? parts.get(3) : "";
                Statement statement = new Statement(parts.get(1), parts.get(2), reason);
                assertThat(all.put(parts.get(0), statement)).as("twice: %s", line).isNull();
            }
        }
        return all;
    }

    private static Map<String, SortedSet<String>> proofs(Statements statements) throws Exception {
        Map<String, SortedSet<String>> proofs = new LinkedHashMap<>();
        for (Class<?> each : testClasses()) {
            for (Method method : each.getDeclaredMethods()) {
                Normative normative = method.getAnnotation(Normative.class);
                if (normative != null) {
                    for (String id : statements.of(normative)) {
                        proofs.computeIfAbsent(id, key -> new TreeSet<>())
                                .add(each.getSimpleName() + "." + method.getName());
                    }
                }
            }
        }
        return proofs;
    }

    private static List<Class<?>> testClasses() throws Exception {
        Path folder =
                Path.of(
                                ConformanceTableTest.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                        .resolve("io/riacho/mqtt");
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.sorted().toList()) {
                String name = each.getFileName().toString();
                if (name.endsWith("Test.class")) {
                    classes.add(
                            Class.forName(
                                    "io.riacho.mqtt." + name.substring(0, name.length() - 6)));
                }
            }
        }
        return classes;
    }
}
