package io.riacho.rules;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RulesTest {

    private static RuleConfig config(
            String name, @Nullable String metric, String over, String when, String device) {
        return new RuleConfig(
                name,
                metric,
                null,
                over,
                when,
                null,
                Duration.ZERO,
                0,
                new RuleConfig.Action(device, true));
    }

    private static final RuleDefinition FULL =
            new RuleDefinition(
                    "hot",
                    "temperature",
                    List.of("field-*", "a?"),
                    new RuleWindow.Sliding(Duration.ofMinutes(5)),
                    "average > 28",
                    "average < 26",
                    Duration.ofSeconds(30),
                    7,
                    List.of("{sensor}", "valve-1"),
                    true);

    @Test
    void noRulesInTheConfigurationMeanTheDefaultOneAndAnEmptyListNone() throws RuleException {
        assertThat(Rules.definitions(null, Map.of())).containsExactly(RuleDefinition.DEFAULT);
        assertThat(Rules.definitions(List.of(), Map.of())).isEmpty();
        RuleSet set = Rules.compile(List.of(RuleDefinition.DEFAULT), new CelConditions());
        Rule rule = set.rules().getFirst();
        assertThat(rule.concerns("s1", "temperature")).isTrue();
        assertThat(rule.concerns("s1", "humidity")).isFalse();
        assertThat(rule.devicesOf("s1")).containsExactly("s1");
        assertThat(rule.when().text()).isEqualTo("average > 25");
    }

    @Test
    void aGroupStandsForItsDevices() throws RuleException {
        List<RuleDefinition> definitions =
                Rules.definitions(
                        List.of(config("hot", "temperature", "5m", "average > 25", "north")),
                        Map.of("north", List.of("valve-1", "valve-2")));
        RuleDefinition one = definitions.getFirst();
        assertThat(one.devices()).containsExactly("valve-1", "valve-2");
        assertThat(one.over()).isEqualTo(new RuleWindow.Sliding(Duration.ofMinutes(5)));
        RuleDefinition grown =
                Rules.definitions(
                                List.of(
                                        config(
                                                "hot",
                                                "temperature",
                                                "5m",
                                                "average > 25",
                                                "north")),
                                Map.of("north", List.of("valve-1", "valve-2", "valve-3")))
                        .getFirst();
        assertThat(grown.version()).isNotEqualTo(one.version());
    }

    @Test
    void everyPartOfADefinitionChangesItsVersion() {
        List<RuleDefinition> variants = new ArrayList<>();
        variants.add(FULL);
        for (int part = 0; part < 10; part++) {
            variants.add(
                    new RuleDefinition(
                            part == 0 ? "warm" : FULL.name(),
                            part == 1 ? null : FULL.metric(),
                            part == 2 ? List.of("field-*") : FULL.sensors(),
                            part == 3 ? new RuleWindow.Running() : FULL.over(),
                            part == 4 ? "average > 29" : FULL.when(),
                            part == 5 ? null : FULL.until(),
                            part == 6 ? Duration.ZERO : FULL.holdFor(),
                            part == 7 ? 8 : FULL.priority(),
                            part == 8 ? List.of("valve-1") : FULL.devices(),
                            part != 9));
        }
        Set<String> versions = new HashSet<>();
        variants.forEach(variant -> versions.add(variant.version()));
        assertThat(versions).hasSize(11);
    }

    @Test
    void aVersionStaysWhatItIsFromReleaseToRelease() {
        assertThat(RuleDefinition.DEFAULT.canonicalText())
                .isEqualTo(
                        """
                        name: irrigate-when-hot
                        metric: temperature
                        over: running
                        when: average > 25
                        for: 0us
                        priority: 0
                        device: {sensor}
                        turn_on: true
                        """);
        assertThat(RuleDefinition.DEFAULT.version()).isEqualTo("a2468ff702506d187e728cd1b5995b40");
    }

    @Test
    void definitionsSurviveTheJournal() throws IOException {
        List<RuleDefinition> definitions = List.of(RuleDefinition.DEFAULT, FULL);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Rules.writeTo(new DataOutputStream(bytes), definitions);
        assertThat(
                        Rules.readFrom(
                                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))))
                .isEqualTo(definitions);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatThrownBy(() ->
                        Rules.definitions(
                                List.of(
                                        config("a", "t", "often", "average > 1", "d"),
                                        config("b", "t", "1ms", "average > 1", "d")),
                                Map.of()))
                .hasMessageContaining("rule 'a': 'over' is 'running' or a duration")
                .hasMessageContaining("rule 'b': 'over'");
        RuleDefinition vague =
                new RuleDefinition(
                        "vague",
                        null,
                        List.of(),
                        new RuleWindow.Running(),
                        "avg > 1",
                        null,
                        Duration.ZERO,
                        0,
                        List.of("a/b"),
                        true);
        assertThatThrownBy(() -> Rules.compile(List.of(FULL, FULL, vague), new CelConditions()))
                .isInstanceOfSatisfying(
                        RuleException.class,
                        e ->
                                assertThat(e.problems())
                                        .hasSize(4)
                                        .anyMatch(p -> p.contains("two rules are called 'hot'"))
                                        .anyMatch(p -> p.contains("metric: temperature"))
                                        .anyMatch(p -> p.contains("must not contain '/'"))
                                        .anyMatch(p -> p.contains("avg")));
    }

    @Test
    void compilesToTheRuleThatItSays() throws RuleException {
        Rule rule = FULL.compile(new CelConditions());
        assertThat(rule.version()).isEqualTo(FULL.version());
        assertThat(rule.priority()).isEqualTo(7);
        assertThat(requireNonNull(rule.until()).text()).isEqualTo("average < 26");
        assertThat(rule.concerns("field-7", "temperature")).isTrue();
        assertThat(rule.concerns("ab", "temperature")).isTrue();
        assertThat(rule.concerns("abc", "temperature")).isFalse();
        assertThat(rule.devicesOf("field-7")).containsExactly("field-7", "valve-1");
    }
}
