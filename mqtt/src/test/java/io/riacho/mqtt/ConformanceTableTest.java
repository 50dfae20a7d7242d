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

    private static final Path PAGE = Path.of("..", "docs", "mqtt-conformance.md");

    @Test
    void pageSaysWhatTheTestsProve() throws Exception {
        StringBuilder page = new StringBuilder();
        page.append("# MQTT conformance\n\n")
                .append(
                        "Each normative statement of both specifications, and the test that proves ")
                .append("it, or why none does.\n")
                .append("Made by `ConformanceTableTest` from the tests' `@Normative` annotations: ")
                .append("not to be edited by hand.\n")
                .append("After a change of the tests: ")
                .append(
                        "`mvn -pl mqtt test -Dtest=ConformanceTableTest -Driacho.docs.write=true`.\n");
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

    private static String section(String version, Statements statements) throws Exception {
        Map<String, SortedSet<String>> proofs = proofs(statements);
        Map<String, String> reasons = reasons(version);
        assertThat(reasons.keySet())
                .as("known statements of %s", version)
                .containsAll(proofs.keySet());
        List<String> open = new ArrayList<>();
        int tested = 0;
        StringBuilder rows = new StringBuilder();
        for (Map.Entry<String, String> each : reasons.entrySet()) {
            SortedSet<String> by = proofs.get(each.getKey());
            String reason = each.getValue();
            if ((by == null) == reason.isEmpty()) {
                open.add(each.getKey());
            }
            tested += by == null ? 0 : 1;
            String what = by == null ? reason : "tested: " + String.join(", ", by);
            rows.append("| MQTT-").append(each.getKey()).append(" | ").append(what).append(" |\n");
        }
        assertThat(open).as("statements with neither a test nor a reason, or with both").isEmpty();
        return "\n## MQTT "
                + version
                + "\n\n"
                + reasons.size()
                + " statements, "
                + tested
                + " of them tested.\n\n| statement | |\n|---|---|\n"
                + rows;
    }

    private static Map<String, String> reasons(String version) throws IOException {
        Map<String, String> reasons = new LinkedHashMap<>();
        String name = "/normative-" + version + ".txt";
        try (InputStream in = ConformanceTableTest.class.getResourceAsStream(name)) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().filter(each -> !each.startsWith("#")).toList()) {
                int space = line.indexOf(' ');
                if (space < 0) {
                    reasons.put(line, "");
                } else {
                    reasons.put(line.substring(0, space), line.substring(space + 1));
                }
            }
        }
        return reasons;
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
