package io.riacho.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.config.ConfigSources;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of metrics in docs/operating.md has what `/metrics` shows, with its kind, and nothing that
/// it does not show.
class MetricsAreDocumentedTest {

    private static final Path OPERATING = Path.of("..", "docs", "operating.md");
    private static final Pattern ROW =
            Pattern.compile("^\\| `(riacho_\\w+)` \\| (\\w+) \\|", Pattern.MULTILINE);

    /// A family that is named as one, since its part is not always there.
    private static final Pattern FAMILY = Pattern.compile("`(riacho_\\w+_)…`");

    private static final Pattern TYPE =
            Pattern.compile("^# TYPE (riacho_\\w+) (\\w+)$", Pattern.MULTILINE);

    @TempDir Path directory;

    @Test
    void theTableIsTheServers() throws Exception {
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .flag("data", directory.toString())
                        .flag("retention.free-disk-bytes-min", "0")
                        .anyPorts();
        String shown;
        try (Riacho riacho = Riacho.start(sources.load().config());
                HttpClient client = HttpClient.newHttpClient()) {
            int port = riacho.address("http").getPort();
            shown =
                    client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:"
                                                                    + port
                                                                    + "/metrics"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body();
        }
        String page = Files.readString(OPERATING);
        Set<String> undocumented = rows(TYPE, shown);
        assertThat(undocumented).as("/metrics").containsAll(rows(ROW, page));
        undocumented.removeAll(rows(ROW, page));
        Matcher families = FAMILY.matcher(page);
        while (families.find()) {
            undocumented.removeIf(each -> each.startsWith(families.group(1)));
        }
        assertThat(undocumented).as("without a row in docs/operating.md").isEmpty();
    }

    private static Set<String> rows(Pattern pattern, String text) {
        Set<String> rows = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            rows.add(matcher.group(1) + " " + matcher.group(2));
        }
        return rows;
    }
}
