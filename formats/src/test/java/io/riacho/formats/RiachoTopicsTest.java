package io.riacho.formats;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.formats.RiachoTopics.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RiachoTopicsTest {

    private final RiachoTopics topics = new RiachoTopics("irrigation");

    @ParameterizedTest
    @CsvSource({
        "irrigation/sensors/s1/data, DATA",
        "irrigation/sensors//data, DATA",
        "irrigation/sensors/data, OTHER",
        "irrigation/sensors/a/b/data, OTHER",
        "irrigation/sensors/s1/data/, OTHER",
        "irrigation/sensors/s1/data/raw, OTHER",
        "/irrigation/sensors/s1/data, OTHER",
        "other/sensors/s1/data, OTHER",
        "irrigation2/sensors/s1/data, OTHER",
        "irrigation/gateway/status, STATUS",
        "irrigation/gateway/status/x, OTHER",
        "irrigation/control/d1/command, COMMAND",
        "irrigation/control/d1/d2/command, OTHER",
        "irrigation/system/updates, UPDATES",
        "irrigation/errors, ERRORS",
        "irrigation/diagnostics, DIAGNOSTICS",
        "irrigation, OTHER",
        "irrigation/, OTHER",
        "garden/kitchen, OTHER"
    })
    void aTopicHasItsMeaning(String topic, Kind kind) {
        assertThat(topics.kind(topic)).isEqualTo(kind);
    }

    @Test
    void whatItCallsATopicItUnderstands() {
        assertThat(topics.sensor(topics.data("s 1"))).isEqualTo("s 1");
        assertThat(topics.device(topics.command("valve-1"))).isEqualTo("valve-1");
        assertThat(topics.kind(topics.status())).isEqualTo(Kind.STATUS);
        assertThat(topics.kind(topics.updates())).isEqualTo(Kind.UPDATES);
        assertThat(topics.kind(topics.errors())).isEqualTo(Kind.ERRORS);
        assertThat(topics.kind(topics.diagnostics())).isEqualTo(Kind.DIAGNOSTICS);
    }
}
