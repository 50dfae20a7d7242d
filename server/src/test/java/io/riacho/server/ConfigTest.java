package io.riacho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.riacho.config.ConfigException;
import io.riacho.config.ConfigSources;
import io.riacho.config.LoadedConfig;
import io.riacho.config.Origin;
import io.riacho.config.Schema;
import io.riacho.rules.RuleConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The configuration: what may be written, what it comes to, and what is said when it is wrong.
class ConfigTest {

    private static LoadedConfig<ServerConfig> load(String yaml) {
        return ServerConfig.sources().text("riacho.yaml", yaml).load();
    }

    private static List<String> problems(String yaml) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(yaml));
        assertThat(refused).as("refused: %s", yaml).isNotNull();
        return refused.problems();
    }

    @Test
    void defaultsAreTheContractsPorts() {
        ServerConfig config = ServerConfig.defaults();

        assertThat(config.grpc().sensorPort()).isEqualTo(50051);
        assertThat(config.grpc().processorPort()).isEqualTo(50052);
        assertThat(config.grpc().actuatorPort()).isEqualTo(50053);
        assertThat(config.tcp().port()).isEqualTo(5000);
        assertThat(config.http().port()).isEqualTo(8080);
        assertThat(config.bind()).isEqualTo("127.0.0.1");
        assertThat(config.stream().futureMax()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.stream().windows())
                .containsExactly(
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(15),
                        Duration.ofHours(1),
                        Duration.ofDays(1));
        assertThat(config.actuator().threshold()).isEqualTo(25);
        assertThat(config.rules()).isNull();
    }

    @Test
    void exampleFileIsWhatTheRecordsSay() throws Exception {
        Path file = Path.of("..", "riacho.example.yaml");
        if (Boolean.getBoolean("riacho.update")) {
            Files.writeString(file, ConfigExample.text());
        }
        assertThat(Files.readString(file))
                .as("./dev test -Driacho.update=true writes it anew")
                .isEqualTo(ConfigExample.text());
    }

    @Test
    void exampleFileLoadsToTheDefaults() {
        LoadedConfig<ServerConfig> example = load(ConfigExample.text());

        assertThat(example.config()).isEqualTo(ServerConfig.defaults());
        assertThat(example.settings())
                .allSatisfy(value -> assertThat(value.origin()).isInstanceOf(Origin.File.class));
    }

    @Test
    void ruleOfTheExampleFileLoads() {
        String commented = ConfigExample.text();
        String rule = commented.substring(commented.indexOf("# rules:"));
        String yaml = rule.replace("rules: none\n", "").replaceAll("(?m)^# ", "");

        assertThat(load(yaml).config().rules())
                .containsExactly(
                        new RuleConfig(
                                "irrigate-when-hot",
                                "temperature",
                                List.of("field-*"),
                                "5m",
                                "average > 25",
                                "average < 24",
                                Duration.ofSeconds(30),
                                0,
                                new RuleConfig.Action("{sensor}", true)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tcp: {prot: 1}              | riacho.yaml:1: there is no key 'prot' under 'tcp'; did you mean 'port'?",
                "tcp: {lineBytesMax: 1}      | riacho.yaml:1: there is no key 'lineBytesMax' under 'tcp'; did you mean 'line-bytes-max'?",
                "allow_plaintext: true       | riacho.yaml:1: there is no key 'allow_plaintext'; did you mean 'allow-plaintext'?",
                "series-max: 5               | riacho.yaml:1: there is no key 'series-max'; did you mean 'stream.series-max'?",
                "tcp: {xyzzy: 1}             | riacho.yaml:1: there is no key 'xyzzy' under 'tcp'; there are bind, port, line-bytes-max, connections-max, idle-max",
                "tcp: 5000                   | riacho.yaml:1: 'tcp' is a section and takes keys below it",
                "tcp: {port: 65536}          | riacho.yaml:1: 'tcp.port': is more than 65535",
                "tcp: {port: -1}             | riacho.yaml:1: 'tcp.port': is less than 0",
                "tcp: {port: abc}            | riacho.yaml:1: 'tcp.port': 'abc' is not a whole number",
                "tcp: {port: [1]}            | riacho.yaml:1: 'tcp.port': takes one value, not a list",
                "tcp: {port: {a: 1}}         | riacho.yaml:1: 'tcp.port': takes a value, not keys below it",
                "tcp: {port: }               | riacho.yaml:1: 'tcp.port': has no value; give it one, or remove the key for its default",
                "tcp: {port: none}           | riacho.yaml:1: 'tcp.port': 'none' is not a whole number",
                "tcp: {idle-max: 5}          | riacho.yaml:1: 'tcp.idle-max': '5' is not a duration; write a number and ms, s, m, h or d: 30s",
                "tcp: {idle-max: 1ms}        | riacho.yaml:1: 'tcp.idle-max': is less than 1s",
                "tcp: {line-bytes-max: 4GiB} | riacho.yaml:1: 'tcp.line-bytes-max': is more than 16MiB; 64 to 16MiB are possible",
                "tcp: {line-bytes-max: 4 GG} | riacho.yaml:1: 'tcp.line-bytes-max': '4 GG' is not a size; write a number and KiB, MiB or GiB: 64MiB",
                "tcp: {idle-max: 200000d}    | riacho.yaml:1: 'tcp.idle-max': is more than 366d; 1s to 366d are possible",
                "journal: {segment-bytes: 2000001} | riacho.yaml:1: 'journal.segment-bytes': is no multiple of 32 bytes",
                "stream: {windows: [1m, 7m]} | riacho.yaml:1: 'stream.windows': 7m does not divide a day",
                "stream: {windows: [1m, 60s]} | riacho.yaml:1: 'stream.windows': 1m is there twice",
                "simulate: yes               | riacho.yaml:1: 'simulate': 'yes' is not true or false",
                "actuator: {threshold: .nan} | riacho.yaml:1: 'actuator.threshold': '.nan' is not a number",
                "stream: {windows: [1m, 1]}  | riacho.yaml:1: 'stream.windows': '1' is not a duration; write a number and ms, s, m, h or d: 30s",
                "tcp: {port: 8080}           | riacho.yaml:1: 'tcp.port': 8080",
                "rules: [{name: a}]          | riacho.yaml:1: 'rules[0].when' is missing: The condition in CEL, over average, count, min, max, last, stddev and variance.",
                "rules: [a]                  | riacho.yaml:1: 'rules': each item takes keys, such as 'name:'",
                "rules: [{name: a, when: b, fro: 1s}] | riacho.yaml:1: there is no key 'fro' under 'rules[0]'; did you mean 'for'?",
                "rules: [{name: a, when: b, over: soon}] | riacho.yaml:1: 'rules': rule 'a': 'over' is 'running' or a duration such as 5m: 'soon' is not a duration; write a number and ms, s, m, h or d: 30s",
                "rules: [{name: a, when: b, metric: t, command: {}}] | riacho.yaml:1: 'rules': rule 'a': 'when': line 1, column 1: undeclared reference to 'b'",
                "rules: [{name: a, when: average > 1, command: {}}] | riacho.yaml:1: 'rules': rule 'a': it says neither 'metric' nor 'sensors'; name one",
                "rules: [{name: a, when: average > 1, metric: t, over: 10ms, command: {}}] | riacho.yaml:1: 'rules': rule 'a': 'over'",
                "rules: [{name: a, when: average > 1, metric: t, command: {device: '{sensr}'}}] | riacho.yaml:1: 'rules': rule 'a': 'command.device' is '{sensr}'; the one placeholder is {sensor}",
                "rules: [{name: a, when: average > 25, until: average > 30, metric: t, command: {}}] | riacho.yaml:1: 'rules': rule 'a': 'until' (average > 30) holds while 'when' (average > 25) does, for example at 31.0",
                "groups: {north: []}         | riacho.yaml:1: 'groups': the group 'north' has no devices",
                "tls: {certificate: a.pem}   | riacho.yaml:1: 'tls.certificate': needs 'tls.key' as well",
                "tls: {client-ca: a.pem}     | riacho.yaml:1: 'tls.client-ca': needs 'tls.certificate' and 'tls.key' as well",
                "mqtt: {topic-root: a/b}     | riacho.yaml:1: 'mqtt.topic-root': 'a/b' is no topic level",
                "mqtt: {ws-port: 1883}       | riacho.yaml:1: 'mqtt.ws-port': 1883 is also 'mqtt.port'",
                "bind: example.test          | riacho.yaml:1: 'bind': 'example.test' is neither an IP address nor localhost",
                "bind: \"                    | riacho.yaml:1: this is not valid YAML",
                "[1, 2]                      | riacho.yaml:1: the file must hold keys, such as 'tcp:'",
                "a: &x 1                     | riacho.yaml:1: there is no key 'a'",
            })
    void whatIsWrongIsSaidWithItsPlaceAndRemedy(String yaml, String problem) {
        assertThat(problems(yaml)).anySatisfy(said -> assertThat(said).startsWith(problem));
    }

    @Test
    void keyGivenTwiceIsRefused() {
        assertThat(problems("tcp:\n  port: 1\n  port: 2\n"))
                .containsExactly("riacho.yaml:3: the key 'port' was given before, in line 2");
    }

    @Test
    void aliasesAreRefused() {
        assertThat(problems("bind: &a 127.0.0.1\ndata: *a\n"))
                .containsExactly(
                        "riacho.yaml:2: aliases (*name) are not supported; write the value out");
    }

    @Test
    void everyProblemIsToldAtOnceWithItsOwnLine() {
        assertThat(problems("tcp:\n  prot: 1\nhttp:\n  port: x\nsimulat: true\n"))
                .extracting(said -> said.substring(0, "riacho.yaml:1".length()))
                .containsExactlyInAnyOrder("riacho.yaml:2", "riacho.yaml:4", "riacho.yaml:5");
    }

    @Test
    void laterSourcesWinAndAreNamed() {
        LoadedConfig<ServerConfig> loaded =
                ServerConfig.sources()
                        .text(
                                "riacho.yaml",
                                "tcp:\n  port: 1\nhttp: {port: 2}\ngrpc: {sensor-port: 3}")
                        .environment(
                                Map.of("RIACHO_HTTP_PORT", "20", "RIACHO_GRPC_SENSOR_PORT", "30"))
                        .flag("grpc.sensor-port", "300")
                        .load();

        assertThat(loaded.config().tcp().port()).isEqualTo(1);
        assertThat(loaded.config().http().port()).isEqualTo(20);
        assertThat(loaded.config().grpc().sensorPort()).isEqualTo(300);
        assertThat(loaded.settings())
                .extracting(value -> value.path() + "=" + value.text() + " " + value.origin())
                .contains(
                        "tcp.port=1 riacho.yaml:2",
                        "http.port=20 RIACHO_HTTP_PORT",
                        "grpc.sensor-port=300 --grpc.sensor-port",
                        "grpc.processor-port=50052 default",
                        "intake.bytes-max=64MiB default",
                        "tls.certificate=none default");
    }

    @Test
    void wrongEnvironmentVariableIsNamed() {
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .environment(Map.of("RIACHO_TCP_PORT", "tcp://10.0.0.1:5000"));

        assertThatThrownBy(sources::load)
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "RIACHO_TCP_PORT: 'tcp.port': 'tcp://10.0.0.1:5000' is not a whole number");
    }

    @Test
    void foreignEnvironmentVariablesAreLeftAloneAndNearMissesToldOf() {
        LoadedConfig<ServerConfig> loaded =
                ServerConfig.sources()
                        .environment(
                                Map.of(
                                        "RIACHO_SERVICE_HOST", "10.0.0.1",
                                        "RIACHO_JAVA_OPTS", "-Xmx1g",
                                        "RIACHO_TCP_PROT", "1"))
                        .load();

        assertThat(loaded.config()).isEqualTo(ServerConfig.defaults());
        assertThat(loaded.warnings())
                .containsExactly(
                        "the environment variable RIACHO_TCP_PROT is not known and changes"
                                + " nothing; did you mean RIACHO_TCP_PORT?");
    }

    @Test
    void unknownFlagIsRefusedWithASuggestion() {
        assertThatThrownBy(() -> ServerConfig.with(Map.of("tcp.prot", "1")))
                .hasMessage("--tcp.prot: there is no such setting; did you mean 'tcp.port'?");
    }

    @Test
    void noTwoSettingsShareAVariable() {
        Set<String> variables = new HashSet<>();
        for (Schema.Key key : Schema.values(ServerConfig.class, "")) {
            assertThat(variables.add(Schema.variable(key.path()))).as(key.path()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, false, refused",
        "::, false, refused",
        "192.0.2.1, false, refused",
        "0.0.0.0, true, warned",
        "127.0.0.2, false, silent",
        "::1, false, silent",
        "localhost, false, silent",
    })
    void offLoopbackNeedsTlsAndCredentialsOrAnExplicitWord(
            String bind, boolean allowed, String outcome) {
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .flag("bind", bind)
                        .flag("allow-plaintext", Boolean.toString(allowed));
        if (outcome.equals("refused")) {
            assertThatThrownBy(sources::load)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("is not loopback")
                    .hasMessageContaining("allow-plaintext: true");
        } else {
            assertThat(sources.load().warnings()).hasSize(outcome.equals("warned") ? 1 : 0);
        }
    }

    @Test
    void oneDoorOffLoopbackIsHeldToTheSameRule() {
        assertThatThrownBy(() -> ServerConfig.with(Map.of("tcp.bind", "0.0.0.0")))
                .hasMessageStartingWith("--tcp.bind: 'tcp.bind': 0.0.0.0 is not loopback");
    }

    @Test
    void mqttWithoutTlsStaysOnLoopbackUnlessPlainTextIsAllowed() {
        Map<String, String> tls =
                Map.of(
                        "bind", "0.0.0.0",
                        "tls.certificate", "server.pem",
                        "tls.key", "server.key",
                        "tls.client-ca", "ca.pem");
        assertThat(ServerConfig.with(tls).mqttPlainBind()).isEqualTo("127.0.0.1");
        assertThat(ServerConfig.with(tls).mqttBind()).isEqualTo("0.0.0.0");
        assertThat(
                        ServerConfig.with(Map.of("bind", "0.0.0.0", "allow-plaintext", "true"))
                                .mqttPlainBind())
                .isEqualTo("0.0.0.0");
        assertThat(ServerConfig.with(Map.of("mqtt.bind", "127.0.0.2")).mqttPlainBind())
                .isEqualTo("127.0.0.2");
    }

    @Test
    void tlsWithClientAuthoritiesMayLeaveLoopback() {
        Map<String, String> settings =
                Map.of(
                        "bind", "0.0.0.0",
                        "tls.certificate", "server.pem",
                        "tls.key", "server.key",
                        "tls.client-ca", "ca.pem");

        assertThat(ServerConfig.with(settings).tls().enabled()).isTrue();
        assertThatThrownBy(() ->
                        ServerConfig.with(
                                Map.of(
                                        "bind", "0.0.0.0",
                                        "tls.certificate", "server.pem",
                                        "tls.key", "server.key")))
                .hasMessageContaining("without asking for credentials");
    }

    @Test
    void missingFileIsNamed(@TempDir Path folder) {
        Path absent = folder.resolve("absent.yaml");
        assertThatThrownBy(() -> ServerConfig.sources().file(absent))
                .hasMessage("there is no configuration file " + absent);
    }
}
