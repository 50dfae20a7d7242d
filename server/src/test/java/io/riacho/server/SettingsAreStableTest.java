package io.riacho.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.config.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every setting's path, default and range as a file that is looked at when it changes: these are what
/// users have written down.
class SettingsAreStableTest {

    private static final Path GOLDEN = Path.of("src/test/resources/settings.txt");

    private static String line(Schema.Key key) {
        return "%s = %s [%s, %s]"
                .formatted(
                        key.path(),
                        key.setting().value(),
                        key.setting().min() == Long.MIN_VALUE ? "" : key.setting().min(),
                        key.setting().max() == Long.MAX_VALUE ? "" : key.setting().max());
    }

    @Test
    void pathsDefaultsAndRangesAreThoseOfTheGoldenFile() throws Exception {
        String settings =
                Schema.values(ServerConfig.class, "").stream()
                        .map(SettingsAreStableTest::line)
                        .collect(Collectors.joining("\n", "", "\n"));
        if (Boolean.getBoolean("riacho.update")) {
            Files.writeString(GOLDEN, settings);
        }
        assertThat(settings)
                .as("./dev test server -Driacho.update=true writes it anew")
                .isEqualTo(Files.readString(GOLDEN));
    }
}
