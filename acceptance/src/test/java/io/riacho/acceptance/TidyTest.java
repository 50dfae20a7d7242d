package io.riacho.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The tidiness of the source tree, as far as a machine can hold it.
///
/// A rule is a function from files to findings, each of which says `file:line`, what is there and what
/// to do. So every rule has a test of the tree and, in [Rules], one of a sample that breaks it.
class TidyTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final int COLUMNS = 100;
    private static final Set<String> LEFT_BY_BUILDS = Set.of("target", "node_modules", "demo-data");
    private static final Set<String> KEPT_THOUGH_HIDDEN = Set.of(".ci", ".github");
    private static final Set<String> BINARY = Set.of("png", "journal", "jar", "class", "zip", "gz");

    private static final List<Source> TREE = tree();

    @Test
    void noWordIsLeftAloneOnACommentLine() {
        assertThat(strandedWords(TREE)).isEmpty();
    }

    @Test
    void noBannedCallIsInMainCode() {
        assertThat(bannedCalls(TREE)).isEmpty();
    }

    @Test
    void noPackagesKnowEachOtherInACircle() {
        Map<String, Set<String>> known = new TreeMap<>();
        Map<String, String> example = new HashMap<>();
        for (JavaClass type : LayeringTest.RIACHO) {
            String from = type.getPackageName();
            for (Dependency each : type.getDirectDependenciesFromSelf()) {
                String to = each.getTargetClass().getBaseComponentType().getPackageName();
                if (to.startsWith("io.riacho") && !to.equals(from)) {
                    known.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
                    example.putIfAbsent(from + " → " + to, each.getDescription());
                }
            }
        }
        assertThat(known).hasSizeGreaterThan(5);
        Set<Set<String>> circles = circles(known);
        assertThat(circles)
                .as(
                        "circles of packages; move a type or turn an arrow round by an interface. The"
                                + " arrows:\n%s",
                        arrows(circles, known, example))
                .isEmpty();
    }

    @Test
    void noFileIsDead() {
        assertThat(deadFiles(TREE)).isEmpty();
    }

    @Test
    void decisionsHaveTitleStatusAndARowInTheIndex() {
        assertThat(decisionsOutOfForm(TREE)).isEmpty();
    }

    @Test
    void testsAreNamedAsTests() {
        assertThat(testsMisnamed(TREE)).isEmpty();
    }

    @Test
    void loggersAreNamedLog() {
        assertThat(loggersMisnamed(TREE)).isEmpty();
    }

    @Test
    void classCommentsSayWhatAThingIs() {
        assertThat(questionsForComments(TREE)).isEmpty();
    }

    @Test
    void everyPackageTellsItsStory() {
        assertThat(packagesWithoutStory(TREE)).isEmpty();
    }

    /// Each rule finds what it forbids, and nothing in what it allows.
    @Nested
    class Rules {

        private static final String MAIN = "m/src/main/java/io/riacho/m/";
        private static final String TEST = "m/src/test/java/io/riacho/m/";

        @Test
        void aStrandedWordIsFound() {
            String full = "    // " + "word ".repeat(18) + "end";
            String code = "\n    void run() {}\n";
            assertThat(strandedWords(of(MAIN + "A.java", full + "\n    // on\n    // it." + code)))
                    .singleElement()
                    .asString()
                    .startsWith(MAIN + "A.java:2: ");
            assertThat(strandedWords(of(MAIN + "A.java", full + "\n    // on it." + code)))
                    .isEmpty();
            assertThat(strandedWords(of(MAIN + "A.java", "    // short\n    // on\n    // it.")))
                    .isEmpty();
            assertThat(strandedWords(of(MAIN + "A.java", full + "\n    // it:\n    // - one")))
                    .isEmpty();
        }

        @Test
        void aBannedCallIsFound() {
            for (String call :
                    List.of(
                            "System.out.println(1);",
                            "System.exit(1);",
                            "e.printStackTrace();",
                            "Thread.sleep(1);",
                            "String.format(\"%d\", 1);",
                            "String.format(\n    \"%d\", 1);",
                            "\"%020d.x\".formatted(1);",
                            "name.toLowerCase();",
                            "new Date();",
                            "LocalDateTime.now();",
                            "ZoneId.systemDefault();",
                            "text.getBytes();",
                            "new String(bytes);")) {
                assertThat(bannedCalls(of(MAIN + "A.java", "x\n" + call)))
                        .as(call)
                        .singleElement()
                        .asString()
                        .startsWith(MAIN + "A.java:2: ");
                assertThat(
                                bannedCalls(
                                        of(
                                                MAIN + "A.java",
                                                "    /// Unlike "
                                                        + call.strip().replace("\n", " "))))
                        .isEmpty();
                assertThat(bannedCalls(of(TEST + "ATest.java", call))).isEmpty();
            }
            assertThat(
                            bannedCalls(
                                    of(
                                            MAIN + "A.java",
                                            "String.format(\n    Locale.ROOT, \"%d\", 1); new String(bytes, UTF_8);")))
                    .isEmpty();
            assertThat(bannedCalls(of("cli/src/main/java/A.java", "Thread.sleep(1);"))).isEmpty();
        }

        @Test
        void aCircleIsFound() {
            assertThat(
                            circles(
                                    Map.of(
                                            "a", Set.of("b"),
                                            "b", Set.of("c", "d"),
                                            "c", Set.of("a"),
                                            "d", Set.of("e"))))
                    .containsExactly(Set.of("a", "b", "c"));
            assertThat(circles(Map.of("a", Set.of("b", "c"), "b", Set.of("c")))).isEmpty();
        }

        @Test
        void aDeadFileIsFound() {
            Source readme =
                    new Source(
                            "README.md",
                            "[one](docs/one.md) `deploy/up.sh` <img src=\"docs/images/a.png\">");
            Source page = new Source("p/src/main/java/P.java", "load(\"page.html\");");
            assertThat(
                            deadFiles(
                                    List.of(
                                            readme,
                                            page,
                                            new Source("docs/one.md", "[up](../README.md)"),
                                            new Source("docs/images/a.png", ""),
                                            new Source("deploy/up.sh", "up.sh"),
                                            new Source("p/src/main/resources/page.html", ""))))
                    .isEmpty();
            assertThat(
                            deadFiles(
                                    List.of(
                                            readme,
                                            page,
                                            new Source("docs/two.md", "[two](two.md)"),
                                            new Source("deploy/down.sh", "down.sh"),
                                            new Source(
                                                    "p/src/main/resources/old.html", "old.html"))))
                    .hasSize(3)
                    .anyMatch(finding -> finding.startsWith("docs/two.md:1: "))
                    .anyMatch(finding -> finding.startsWith("deploy/down.sh:1: "))
                    .anyMatch(finding -> finding.startsWith("p/src/main/resources/old.html:1: "));
        }

        @Test
        void aDecisionOutOfFormIsFound() {
            String sections = "\n\n## Context\na\n\n## Decision\nb\n\n## Consequences\nc\n";
            Source good =
                    new Source(
                            "docs/decisions/0001-threads.md",
                            "# 1. Threads\n\nStatus: superseded by [2](0002-loops.md)" + sections);
            Source next =
                    new Source(
                            "docs/decisions/0002-loops.md",
                            "# 2. Loops\n\nStatus: accepted" + sections);
            String rows =
                    """
                    | 1 | [Threads](0001-threads.md) | superseded by [2](0002-loops.md) | None. |
                    | 2 | [Loops](0002-loops.md) | accepted | One each. |
                    """;
            Source index = new Source("docs/decisions/README.md", rows);
            assertThat(decisionsOutOfForm(List.of(good, next, index))).isEmpty();

            assertThat(decisionsOutOfForm(List.of(good, index)))
                    .as("a page that is gone")
                    .isNotEmpty();
            assertThat(decisionsOutOfForm(List.of(good, next))).as("no index").isNotEmpty();
            for (String[] change :
                    new String[][] {
                        {"# 2. Loops", "# 2: Loops"},
                        {"# 2. Loops", "# 3. Loops"},
                        {"Status: accepted\n", "Status: fine\n"},
                        {"Status: accepted\n", "Status: superseded by [9](0009-x.md)\n"},
                        {"## Consequences", "## Outlook"}
                    }) {
                Source changed = new Source(next.path(), next.text().replace(change[0], change[1]));
                assertThat(decisionsOutOfForm(List.of(good, changed, index)))
                        .as(change[1])
                        .anyMatch(finding -> finding.startsWith(next.path() + ":"));
            }
            for (String[] change :
                    new String[][] {
                        {"[Loops]", "[Hoops]"}, {"| accepted |", "| proposed |"}, {"One each.", ""}
                    }) {
                Source changed = new Source(index.path(), rows.replace(change[0], change[1]));
                assertThat(decisionsOutOfForm(List.of(good, next, changed)))
                        .as(change[1])
                        .isNotEmpty();
            }
        }

        @Test
        void aMisnamedTestIsFound() {
            String test = "class A {\n    @Test\n    void does_this() {}\n";
            assertThat(testsMisnamed(of(TEST + "ATest.java", test)))
                    .singleElement()
                    .asString()
                    .startsWith(TEST + "ATest.java:3: ");
            String good = test.replace("does_this", "doesThis");
            assertThat(testsMisnamed(of(TEST + "ATest.java", good))).isEmpty();
            assertThat(testsMisnamed(of(TEST + "Checks.java", good)))
                    .singleElement()
                    .asString()
                    .startsWith(TEST + "Checks.java:2: ");
            assertThat(
                            testsMisnamed(
                                    of(
                                            TEST + "ATest.java",
                                            "@ParameterizedTest\n@MethodSource(\"all\")\npublic void Does(Seed s) {")))
                    .hasSize(1);
        }

        @Test
        void aMisnamedLoggerIsFound() {
            String field =
                    "    private static final Logger log =\n    LoggerFactory.getLogger(A.class);";
            assertThat(loggersMisnamed(of(MAIN + "A.java", "\n" + field)))
                    .singleElement()
                    .asString()
                    .startsWith(MAIN + "A.java:2: ");
            assertThat(loggersMisnamed(of(MAIN + "A.java", field.replace("log", "LOG")))).isEmpty();
        }

        @Test
        void aQuestionForACommentIsFound() {
            assertThat(
                            questionsForComments(
                                    of(
                                            MAIN + "A.java",
                                            "package a;\n\n/// What came\n/// of it.\npublic final class A {")))
                    .singleElement()
                    .asString()
                    .startsWith(MAIN + "A.java:3: ");
            assertThat(
                            questionsForComments(
                                    of(
                                            MAIN + "package-info.java",
                                            "/// How it goes.\n@NullMarked\npackage a;")))
                    .hasSize(1);
            assertThat(
                            questionsForComments(
                                    of(
                                            MAIN + "A.java",
                                            "/// Whatever came.\n@A(1)\nrecord A() {\n\n    /// What else.\n    int b;")))
                    .isEmpty();
        }

        @Test
        void aPackageWithoutAStoryIsFound() {
            Source type = new Source(MAIN + "A.java", "class A {}");
            Source info = new Source(MAIN + "package-info.java", "/// M.\n@NullMarked\npackage a;");
            Source test = new Source(TEST + "ATest.java", "class ATest {}");
            assertThat(packagesWithoutStory(List.of(type, test, info))).isEmpty();
            assertThat(packagesWithoutStory(List.of(type))).hasSize(1);
            assertThat(packagesWithoutStory(of(info.path(), "/// M.\npackage a;"))).hasSize(1);
            assertThat(packagesWithoutStory(of(info.path(), "@NullMarked\npackage a;"))).hasSize(1);
        }

        private static List<Source> of(String path, String text) {
            return List.of(new Source(path, text));
        }
    }

    /// A file of the tree.
    ///
    /// @param path below the root, with `/`
    /// @param text empty for a binary file
    private record Source(String path, String text) {

        boolean isJava() {
            return path.endsWith(".java");
        }

        boolean isMain() {
            return path.contains("/src/main/");
        }

        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        String folder() {
            return path.substring(0, Math.max(0, path.lastIndexOf('/')));
        }

        String finding(int line, String problem) {
            return path + ":" + line + ": " + problem;
        }

        /// The line, from 1, of a place in the text.
        int line(int offset) {
            return 1 + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
        }
    }

    // Comments that the formatter broke.

    private static final Pattern COMMENT = Pattern.compile("(\\s*)(///?) (\\S.*)");
    private static final Pattern NEW_BEGINNING = Pattern.compile("(@|[-*] |\\||#|\\d+\\. |```).*");

    private static List<String> strandedWords(List<Source> tree) {
        List<String> findings = new ArrayList<>();
        for (Source source : tree) {
            if (!source.isJava()) {
                continue;
            }
            List<String> lines = source.text().lines().toList();
            for (int i = 1; i + 1 < lines.size(); i++) {
                Matcher before = COMMENT.matcher(lines.get(i - 1));
                Matcher line = COMMENT.matcher(lines.get(i));
                Matcher after = COMMENT.matcher(lines.get(i + 1));
                if (before.matches()
                        && line.matches()
                        && after.matches()
                        && sameKind(before, line)
                        && sameKind(line, after)
                        && isStranded(lines.get(i - 1), line.group(3), after.group(3))) {
                    findings.add(
                            source.finding(
                                    i + 1,
                                    "'"
                                            + line.group(3)
                                            + "' stands alone; wrap the comment by hand below "
                                            + COLUMNS
                                            + " columns"));
                }
            }
        }
        return findings;
    }

    private static boolean sameKind(Matcher one, Matcher other) {
        return one.group(1).equals(other.group(1)) && one.group(2).equals(other.group(2));
    }

    /// Whether one or two words follow a line that was full, and the text goes on behind them.
    private static boolean isStranded(String before, String words, String after) {
        String[] each = words.split(" ", -1);
        return each.length <= 2
                && before.length() + 1 + each[0].length() > COLUMNS
                && !NEW_BEGINNING.matcher(words).matches()
                && !NEW_BEGINNING.matcher(after).matches();
    }

    // Calls that depend on the machine, or end in nobody's sight.

    /// @param call matched in main code, comments excepted
    /// @param instead what to do
    /// @param allowed modules that may
    private record Ban(Pattern call, String instead, Set<String> allowed) {

        static Ban of(String call, String instead, String... allowed) {
            return new Ban(Pattern.compile(call), instead, Set.of(allowed));
        }
    }

    private static final List<Ban> BANS =
            List.of(
                    Ban.of(
                            "System\\.(out|err)\\b",
                            "log it, or take a PrintWriter",
                            "cli",
                            "benchmarks"),
                    Ban.of(
                            "System\\.exit\\(",
                            "throw, and let the program decide",
                            "cli",
                            "benchmarks"),
                    Ban.of("\\.printStackTrace\\(", "log it with its exception", "cli"),
                    Ban.of(
                            "Thread\\.sleep\\(",
                            "wait for what is waited for, with a limit",
                            "cli",
                            "benchmarks"),
                    Ban.of(
                            "String\\.format\\(\\s*+(?!Locale\\b)",
                            "pass Locale.ROOT, or digits follow the machine's language"),
                    Ban.of(
                            "%0\\d+[dxX][^\"\\n]*\"\\s*\\.formatted\\(",
                            "use String.format(Locale.ROOT, …), or digits follow the machine's language"),
                    Ban.of("\\.to(Lower|Upper)Case\\(\\)", "pass Locale.ROOT"),
                    Ban.of(
                            "new Date\\(|LocalDateTime\\.now\\(",
                            "use Instant, from a clock that is passed in"),
                    Ban.of(
                            "ZoneId\\.systemDefault\\(",
                            "use UTC; only people's terminals have a zone",
                            "cli"),
                    Ban.of("\\.getBytes\\(\\)", "name the charset"),
                    Ban.of("new String\\([\\w.\\[\\]]+\\)", "name the charset"));

    private static final Pattern COMMENT_LINE = Pattern.compile("(?m)^\\s*//.*$");

    private static List<String> bannedCalls(List<Source> tree) {
        List<String> findings = new ArrayList<>();
        for (Source source : tree) {
            if (!source.isJava() || !source.isMain()) {
                continue;
            }
            String code = COMMENT_LINE.matcher(source.text()).replaceAll("");
            String module = source.path().substring(0, source.path().indexOf('/'));
            for (Ban ban : BANS) {
                Matcher found = ban.call().matcher(code);
                while (found.find() && !ban.allowed().contains(module)) {
                    int line = new Source("", code).line(found.start());
                    findings.add(source.finding(line, found.group() + ": " + ban.instead()));
                }
            }
        }
        return findings;
    }

    // Circles of packages.

    /// The sets of packages, of two or more, in which each reaches every other.
    private static Set<Set<String>> circles(Map<String, Set<String>> known) {
        Map<String, Set<String>> reached = new HashMap<>();
        known.keySet().forEach(name -> reached.put(name, reachedFrom(name, known)));
        Set<Set<String>> circles = new HashSet<>();
        reached.forEach((name, others) -> {
            Set<String> circle = new TreeSet<>();
            for (String other : others) {
                if (reached.getOrDefault(other, Set.of()).contains(name)) {
                    circle.add(other);
                }
            }
            if (circle.size() > 1) {
                circles.add(circle);
            }
        });
        return circles;
    }

    private static Set<String> reachedFrom(String name, Map<String, Set<String>> known) {
        Set<String> reached = new TreeSet<>();
        Deque<String> left = new ArrayDeque<>(known.getOrDefault(name, Set.of()));
        while (!left.isEmpty()) {
            String next = left.pop();
            if (reached.add(next)) {
                left.addAll(known.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }

    private static String arrows(
            Set<Set<String>> circles, Map<String, Set<String>> known, Map<String, String> example) {
        StringBuilder arrows = new StringBuilder();
        for (Set<String> circle : circles) {
            for (String from : circle) {
                for (String to : known.getOrDefault(from, Set.of())) {
                    if (circle.contains(to)) {
                        String arrow = from + " → " + to;
                        arrows.append(arrow).append(": ").append(example.get(arrow)).append('\n');
                    }
                }
            }
            arrows.append('\n');
        }
        return arrows.toString();
    }

    // Files that nothing leads to.

    private static final Pattern LINK =
            Pattern.compile("(?:\\]\\(|(?:src|href|srcset)=\")(?!https?:|#|mailto:)([^)#\"\\s]+)");

    private static List<String> deadFiles(List<Source> tree) {
        Set<String> linked = new HashSet<>();
        for (Source source : tree) {
            if (source.path().endsWith(".md")) {
                Matcher links = LINK.matcher(source.text());
                while (links.find()) {
                    String target =
                            Path.of(source.folder()).resolve(links.group(1)).normalize().toString();
                    if (!target.equals(source.path())) {
                        linked.add(target);
                    }
                }
            }
        }
        List<String> findings = new ArrayList<>();
        for (Source source : tree) {
            String path = source.path();
            if (path.startsWith("docs/") && !linked.contains(path)) {
                findings.add(source.finding(1, "no document links to it; link it, or delete it"));
            }
            if (path.startsWith("deploy/") && path.endsWith(".sh") && !isNamed(source, tree)) {
                findings.add(source.finding(1, "nothing names this script; document or delete it"));
            }
            if (path.contains("/src/main/resources/")
                    && !path.contains("/META-INF/services/")
                    && !isNamed(source, tree)) {
                findings.add(
                        source.finding(1, "nothing names this resource; use it, or delete it"));
            }
        }
        return findings;
    }

    private static boolean isNamed(Source named, List<Source> tree) {
        return tree.stream()
                .filter(source -> !source.equals(named))
                .anyMatch(source -> source.text().contains(named.name()));
    }

    // Decisions.

    private static final Pattern DECISION = Pattern.compile("docs/decisions/(\\d{4})-[^/]+\\.md");
    private static final Pattern TITLE = Pattern.compile("# (\\d+)\\. (\\S.*[^.\\s])");
    private static final String REFERENCE = "\\[\\d+]\\([^)]+\\)";
    private static final Pattern STATUS =
            Pattern.compile(
                    String.format(
                            Locale.ROOT,
                            "Status: (proposed|withdrawn|superseded by %1$s|accepted"
                                    + "(?:, (?:extended|amended) by %1$s(?: and %1$s)*)?)",
                            REFERENCE));
    private static final List<String> SECTIONS =
            List.of("## Context", "## Decision", "## Consequences");
    private static final Pattern REFERENCED = Pattern.compile("\\[(\\d+)]\\(([^)]+)\\)");

    private static List<String> decisionsOutOfForm(List<Source> tree) {
        List<Source> pages =
                tree.stream().filter(source -> DECISION.matcher(source.path()).matches()).toList();
        Set<String> names = pages.stream().map(Source::name).collect(Collectors.toSet());
        String indexPath = "docs/decisions/README.md";
        Source index =
                tree.stream()
                        .filter(source -> source.path().equals(indexPath))
                        .findAny()
                        .orElse(new Source(indexPath, ""));
        List<String> rows =
                index.text().lines().filter(line -> line.matches("\\| \\d+ \\|.*")).toList();
        List<String> findings = new ArrayList<>();
        for (Source page : pages) {
            List<String> lines = page.text().lines().toList();
            Matcher path = DECISION.matcher(page.path());
            int number = path.matches() ? Integer.parseInt(path.group(1)) : 0;
            Matcher title = TITLE.matcher(lines.isEmpty() ? "" : lines.getFirst());
            if (!title.matches() || Integer.parseInt(title.group(1)) != number) {
                findings.add(
                        page.finding(1, "begin with '# " + number + ". The subject, as a noun'"));
                continue;
            }
            Matcher status = STATUS.matcher(lines.size() < 3 ? "" : lines.get(2));
            if (!status.matches()) {
                findings.add(
                        page.finding(
                                3,
                                "say 'Status: accepted' or the like; docs/decisions/README.md has the"
                                        + " list"));
                continue;
            }
            for (String reference :
                    REFERENCED.matcher(status.group(1)).results().map(m -> m.group(2)).toList()) {
                if (!names.contains(reference)) {
                    findings.add(
                            page.finding(3, "there is no " + reference + "; name the decision"));
                }
            }
            List<String> sections = lines.stream().filter(line -> line.startsWith("## ")).toList();
            if (!sections.equals(SECTIONS)) {
                findings.add(
                        page.finding(
                                5, "its sections are " + sections + "; make them " + SECTIONS));
            }
            String row =
                    "| "
                            + number
                            + " | ["
                            + title.group(2)
                            + "]("
                            + page.name()
                            + ") | "
                            + status.group(1)
                            + " | ";
            if (rows.stream()
                    .noneMatch(each ->
                            each.startsWith(row) && each.matches(".*\\| [^|]*\\w[^|]* \\|"))) {
                findings.add(
                        page.finding(
                                1,
                                indexPath + " has no such row; write '" + row + "one sentence |'"));
            }
        }
        if (rows.size() != pages.size()) {
            findings.add(
                    index.finding(
                            1,
                            rows.size()
                                    + " rows for "
                                    + pages.size()
                                    + " decisions; one for each"));
        }
        return findings;
    }

    // Names of tests and loggers.

    private static final Pattern TEST =
            Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)\\b");
    private static final Pattern METHOD =
            Pattern.compile(
                    "\\n\\s*(?:(?:public|static|final) )*"
                            + "(?:void|DynamicTest|DynamicNode|(?:Stream|List|Collection|Iterable)<.*>)"
                            + " (\\w+)\\(");
    private static final Pattern CAMEL_CASE = Pattern.compile("[a-z][a-zA-Z0-9]*");

    private static List<String> testsMisnamed(List<Source> tree) {
        List<String> findings = new ArrayList<>();
        for (Source source : tree) {
            if (!source.isJava() || source.isMain()) {
                continue;
            }
            boolean named = source.name().endsWith("Test.java");
            Matcher tests = TEST.matcher(source.text());
            Matcher methods = METHOD.matcher(source.text());
            while (tests.find()) {
                if (!named) {
                    findings.add(
                            source.finding(
                                    source.line(tests.start()),
                                    "a test; end the class's name in Test, or it does not run"));
                }
                if (methods.find(tests.end()) && !CAMEL_CASE.matcher(methods.group(1)).matches()) {
                    findings.add(
                            source.finding(
                                    source.line(methods.start(1)),
                                    methods.group(1) + ": name the property in camelCase"));
                }
            }
        }
        return findings;
    }

    private static final Pattern LOGGER =
            Pattern.compile(
                    "static\\s+final\\s+Logger\\s+(\\w+)\\s*=\\s*LoggerFactory\\.getLogger\\(\\w+\\.class\\)");

    private static List<String> loggersMisnamed(List<Source> tree) {
        List<String> findings = new ArrayList<>();
        for (Source source : tree) {
            Matcher loggers = LOGGER.matcher(source.isJava() ? source.text() : "");
            while (loggers.find()) {
                if (!loggers.group(1).equals("LOG")) {
                    findings.add(
                            source.finding(
                                    source.line(loggers.start()),
                                    "the logger " + loggers.group(1) + "; name it LOG"));
                }
            }
        }
        return findings;
    }

    // Comments of classes and packages.

    private static final Pattern HEADER =
            Pattern.compile(
                    "(?m)^/// (\\S+).*\\n(?:///.*\\n)*(?:@.*\\n)*"
                            + "(?:(?:public|abstract|final|sealed|non-sealed|strictfp) )*"
                            + "(?:class|record|interface|enum|@interface|package)\\b");
    private static final Pattern QUESTION =
            Pattern.compile("(?:What|Who|Whom|Whose|Which|How|Whether|Where|Why)\\b.*");

    private static List<String> questionsForComments(List<Source> tree) {
        List<String> findings = new ArrayList<>();
        for (Source source : tree) {
            Matcher header = HEADER.matcher(source.isJava() ? source.text() : "");
            if (header.find() && QUESTION.matcher(header.group(1)).matches()) {
                findings.add(
                        source.finding(
                                source.line(header.start()),
                                "the comment begins with '"
                                        + header.group(1)
                                        + "'; begin with a noun phrase or a verb that says what it is"
                                        + " or does"));
            }
        }
        return findings;
    }

    private static List<String> packagesWithoutStory(List<Source> tree) {
        Map<String, String> unmarked = new TreeMap<>();
        Set<String> told = new HashSet<>();
        for (Source source : tree) {
            if (!source.isJava() || !source.path().contains("/java/")) {
                continue;
            }
            String name = packageOf(source.path());
            if (source.name().equals("package-info.java")
                    && source.text().startsWith("/// ")
                    && source.text().contains("\n@NullMarked\n")) {
                told.add(name);
            }
            unmarked.putIfAbsent(name, source.folder());
        }
        unmarked.keySet().removeAll(told);
        return unmarked.values().stream()
                .map(folder ->
                        folder
                                + "/package-info.java:1: tell the package's story in a ///"
                                + " comment, and add @NullMarked")
                .toList();
    }

    private static String packageOf(String path) {
        int from = path.indexOf("/java/") + "/java/".length();
        return path.substring(from, Math.max(from, path.lastIndexOf('/'))).replace('/', '.');
    }

    // The tree.

    private static List<Source> tree() {
        List<Source> tree = new ArrayList<>();
        try {
            Files.walkFileTree(
                    ROOT,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes is) {
                            String name = String.valueOf(folder.getFileName());
                            boolean hidden =
                                    name.startsWith(".") && !KEPT_THOUGH_HIDDEN.contains(name);
                            boolean skipped = hidden || LEFT_BY_BUILDS.contains(name);
                            return skipped && !folder.equals(ROOT)
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes is)
                                throws IOException {
                            tree.add(read(file));
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException("reading the source tree at " + ROOT, e);
        }
        return tree;
    }

    private static Source read(Path file) throws IOException {
        String path = ROOT.relativize(file).toString().replace('\\', '/');
        boolean binary = BINARY.contains(path.substring(path.lastIndexOf('.') + 1));
        return new Source(
                path, binary ? "" : new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    }
}
