package io.riacho.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Records, and what they are made of.
class ConfigSourcesTest {

    /// A record whose limits stand inline, and which has limits that are no settings.
    record Door(
            @Setting(value = "1", min = 0, doc = "The port.") int port,
            @Setting(inline = true, doc = "The limits.") Limits limits,
            @Setting(value = "d", doc = "What comes after them.") String after,
            Fixed fixed) {}

    record Limits(
            @Setting(value = "2", min = 1, doc = "Clients.") int clientsMax,
            @Setting(value = "3", key = "others-max", doc = "Others.") int restMax) {}

    public record Fixed(int threads) {

        public static final Fixed DEFAULT = new Fixed(7);
    }

    record Unfinished(int forgotten) {}

    @Test
    void keysOfAnInlinedSectionStandAmongItsParents() {
        assertThat(Schema.values(Door.class, "door"))
                .extracting(Schema.Key::path)
                .containsExactly("door.port", "door.clients-max", "door.others-max", "door.after");
    }

    @Test
    void aSectionAloneHasItsDefaultsAndWhatIsSet() {
        assertThat(ConfigSources.section(Door.class, Map.of("others-max", "5", "port", "9")))
                .isEqualTo(new Door(9, new Limits(2, 5), "d", new Fixed(7)));
        assertThatThrownBy(() -> ConfigSources.section(Door.class, Map.of("clients-max", "0")))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "--clients-max: 'clients-max': is less than 1; 1 to 2147483647 are possible");
        assertThatThrownBy(() -> ConfigSources.section(Door.class, Map.of("threads", "1")))
                .hasMessageContaining("there is no such setting");
    }

    @Test
    void aComponentThatIsNeitherSettingNorFixedIsAMistake() {
        assertThatThrownBy(() -> Schema.keys(Unfinished.class, ""))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("forgotten");
    }
}
