package io.riacho.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The documents beside the code: classes, links, commands and figures that they name.
class DocumentsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z]\\w+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#|mailto:)([^)#]+)");

    private static final Pattern COMMANDS = Pattern.compile("(?s)```sh\\n.*?```");
    private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\|.*$");
    private static final Pattern DIGITS = Pattern.compile("\\d+");

    @Test
    void everyClassThatArchitectureNamesExists() throws IOException {
        Set<String> classes = classes();
        List<String> missing = new ArrayList<>();
        Matcher names = CLASS_NAME.matcher(Files.readString(ROOT.resolve("ARCHITECTURE.md")));
        while (names.find()) {
            if (!classes.contains(names.group(1))) {
                missing.add(names.group(1));
            }
        }
        assertThat(missing).isEmpty();
        assertThat(classes).hasSizeGreaterThan(100);
    }

    @Test
    void everyLinkInTheDocumentsLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher links = LINK.matcher(Files.readString(document));
            while (links.find()) {
                Path parent = document.getParent();
                if (parent != null && !Files.exists(parent.resolve(links.group(1).strip()))) {
                    broken.add(ROOT.relativize(document) + " → " + links.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /// The text differs, what was done and measured does not: commands are the same to the letter, tables
    /// hold the same digits in the same order, whatever separates them in a language.
    @Test
    void bothTechnicalReportsShowTheSameCommandsAndFigures() throws IOException {
        String english = Files.readString(ROOT.resolve("docs/technical-report.md"));
        String portuguese = Files.readString(ROOT.resolve("docs/relatorio-tecnico.md"));
        assertThat(found(COMMANDS, portuguese)).isNotEmpty().isEqualTo(found(COMMANDS, english));
        assertThat(figures(portuguese)).hasSizeGreaterThan(100).isEqualTo(figures(english));
    }

    private static List<String> figures(String report) {
        return found(TABLE_ROW, report).stream()
                .flatMap(row -> found(DIGITS, row).stream())
                .toList();
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(MatchResult::group).toList();
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> roots = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(roots, docs)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList();
        }
    }

    private static Set<String> classes() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
    }
}
