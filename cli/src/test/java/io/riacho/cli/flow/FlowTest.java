package io.riacho.cli.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.riacho.client.Target;
import io.riacho.protocol.actuator.ActuationCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTest {

    @TempDir private Path directory;

    private static List<JsonNode> objects(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        try (MappingIterator<JsonNode> values =
                mapper.readerFor(JsonNode.class).readValues(Files.newBufferedReader(file))) {
            return values.readAll();
        }
    }

    @Test
    void theFlowWritesTheThreeFilesAndEachFollowsFromTheOneBefore() throws Exception {
        Path out = directory.resolve("new/out");
        try (ReportServices services = new ReportServices(null)) {
            Flow.Result result =
                    new Flow(
                                    services.sensor(),
                                    services.processor(),
                                    services.actuator(),
                                    "field-1",
                                    3,
                                    out,
                                    null,
                                    Flow.PATIENCE)
                            .run();
            assertThat(result.commands()).isEqualTo(3);
        }
        List<JsonNode> reads = objects(out.resolve("reads.json"));
        List<JsonNode> processed = objects(out.resolve("processed.json"));
        List<JsonNode> decided = objects(out.resolve("actuator_out.json"));
        assertThat(reads).hasSize(3);
        assertThat(processed).hasSize(3);
        assertThat(decided).hasSize(3);
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            assertThat(reads.get(i).get("sensorId").textValue()).isEqualTo("field-1");
            assertThat(reads.get(i).get("timestamp").isTextual()).isTrue();
            sum += reads.get(i).get("value").doubleValue();
            assertThat(processed.get(i).get("average").doubleValue())
                    .isCloseTo(sum / (i + 1), within(1e-9));
            assertThat(processed.get(i).get("timestamp")).isEqualTo(reads.get(i).get("timestamp"));
            assertThat(decided.get(i).get("average")).isEqualTo(processed.get(i).get("average"));
            assertThat(decided.get(i).get("turnOn").isBoolean()).isTrue();
            assertThat(decided.get(i).get("turnOn").booleanValue())
                    .isEqualTo(processed.get(i).get("average").doubleValue() > 25);
        }
        assertThat(out.toFile().list())
                .containsExactlyInAnyOrder("reads.json", "processed.json", "actuator_out.json");
    }

    @Test
    void aServiceThatIsNotThereIsNamed() throws Exception {
        Target nobody;
        try (ReportServices closed = new ReportServices(null)) {
            nobody = closed.actuator();
        }
        try (ReportServices services = new ReportServices(null)) {
            Flow flow =
                    new Flow(
                            services.sensor(),
                            services.processor(),
                            nobody,
                            "field-1",
                            1,
                            directory,
                            null,
                            Duration.ofSeconds(20));
            assertThatThrownBy(flow::run)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the actuator at " + nobody + " failed: UNAVAILABLE");
        }
        assertThat(directory.resolve("processed.json")).exists();
        assertThat(directory.resolve("actuator_out.json")).doesNotExist();
    }

    @Test
    void aSensorsRefusalReachesTheUser() throws Exception {
        try (ReportServices services = new ReportServices(null)) {
            Flow flow =
                    new Flow(
                            services.sensor(),
                            services.processor(),
                            services.actuator(),
                            "a/b",
                            1,
                            directory,
                            null,
                            Flow.PATIENCE);
            assertThatThrownBy(flow::run)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("INVALID_ARGUMENT, the sensor id must not contain '/'");
        }
    }

    @Test
    void helloGreets() throws Exception {
        try (ReportServices services = new ReportServices(null)) {
            assertThat(Hello.greet(services.sensor(), "Teste", null)).isEqualTo("Olá, Teste!");
        }
    }

    @Test
    void defaultsAreLeftOutButTheDecisionNever() {
        assertThat(GrpcurlJson.print(ActuationCommand.newBuilder().setSensorId("a").build()))
                .isEqualTo("{\n  \"sensorId\": \"a\",\n  \"turnOn\": false\n}");
        assertThat(
                        GrpcurlJson.print(
                                ActuationCommand.newBuilder()
                                        .setSensorId("a")
                                        .setAverage(25.5)
                                        .setTimestamp(1_763_668_800_000L)
                                        .setTurnOn(true)
                                        .build()))
                .isEqualTo(
                        """
                        {
                          "sensorId": "a",
                          "average": 25.5,
                          "timestamp": "1763668800000",
                          "turnOn": true
                        }\
                        """);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:50051, localhost, 50051",
        "10.0.1.7:1, 10.0.1.7, 1",
        "[::1]:65535, ::1, 65535",
    })
    void addressesAreRead(String text, String host, int port) {
        assertThat(Target.parse(text)).isEqualTo(new Target(host, port)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", ":1", "a:", "a:0", "a:65536", "a:b", "[]:1"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> Target.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("'" + text + "' is not HOST:PORT");
    }
}
