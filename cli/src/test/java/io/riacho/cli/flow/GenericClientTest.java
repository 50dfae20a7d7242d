package io.riacho.cli.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.client.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contracts by a client that knows nothing of us: `buf`, from npm, by reflection.
@Tag("slow")
class GenericClientTest {

    private static final Path PROTOS =
            Path.of("..", "protocol", "src", "main", "protobuf").toAbsolutePath().normalize();

    @TempDir private Path directory;

    @BeforeAll
    static void install() throws Exception {
        Buf.install();
    }

    private Buf.Ended curl(Path in, Target target, String method, String... flags)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Buf.BUF.toString(),
                                "curl",
                                "--protocol",
                                "grpc",
                                "--http2-prior-knowledge",
                                "--reflect"));
        command.addAll(List.of(flags));
        command.add("http://" + target + "/" + method);
        return Buf.run(in, command);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content, StandardCharsets.UTF_8);
    }

    @Test
    void theFlowWorksByReflectionAndEachOutputPipesIntoTheNextService() throws Exception {
        try (ReportServices services = new ReportServices(null)) {
            Buf.Ended reads =
                    curl(
                            Path.of("/dev/null"),
                            services.sensor(),
                            "sensor.Sensor/StreamReadings",
                            "-d",
                            "{\"sensor_id\": \"field-1\", \"limit\": 2}");
            assertThat(reads.error()).isEmpty();
            Buf.Ended processed =
                    curl(
                            file("reads.json", reads.out()),
                            services.processor(),
                            "processor.Processor/ProcessReadings",
                            "-d",
                            "@-");
            assertThat(processed.error()).isEmpty();
            Buf.Ended decided =
                    curl(
                            file("processed.json", processed.out()),
                            services.actuator(),
                            "actuator.Actuator/Execute",
                            "-d",
                            "@-",
                            "--emit-defaults");
            assertThat(decided.error()).isEmpty();
            assertThat(decided.out().split("\"turnOn\"", -1)).hasSize(3);
            assertThat(decided.out()).contains("field-1");
        }
    }

    @Test
    void whatOurFlowWritesPipesIntoTheServicesByAGenericClient() throws Exception {
        try (ReportServices services = new ReportServices(null)) {
            new Flow(
                            services.sensor(),
                            services.processor(),
                            services.actuator(),
                            "field-1",
                            2,
                            directory,
                            null,
                            Flow.PATIENCE)
                    .run();
            for (String[] step :
                    new String[][] {
                        {"reads.json", "processor.Processor/ProcessReadings", "average"},
                        {"processed.json", "actuator.Actuator/Execute", "average"},
                        {"actuator_out.json", "actuator.Actuator/Execute", "average"},
                    }) {
                Target target =
                        step[1].startsWith("processor")
                                ? services.processor()
                                : services.actuator();
                Buf.Ended answered = curl(directory.resolve(step[0]), target, step[1], "-d", "@-");
                assertThat(answered.error()).as(step[0]).isEmpty();
                assertThat(answered.out().split(step[2], -1)).as(step[0]).hasSize(3);
            }
        }
    }

    @Test
    void theGreetingAnswersAndAnErrorCarriesItsReason() throws Exception {
        try (ReportServices services = new ReportServices(null)) {
            Buf.Ended greeted =
                    curl(
                            Path.of("/dev/null"),
                            services.sensor(),
                            "hello.Saudacao/Saudar",
                            "-d",
                            "{\"nome\": \"Teste\"}");
            assertThat(greeted.out()).contains("Olá, Teste!");
            Buf.Ended refused =
                    curl(
                            Path.of("/dev/null"),
                            services.sensor(),
                            "sensor.Sensor/StreamReadings",
                            "-d",
                            "{}");
            assertThat(refused.code()).isNotZero();
            assertThat(refused.error())
                    .contains("invalid_argument")
                    .contains("the sensor id is empty");
        }
    }

    @Test
    void ourOwnContractsKeepTheStandardRules() throws Exception {
        Buf.Ended lint =
                Buf.run(
                        Path.of("/dev/null"),
                        List.of(Buf.BUF.toString(), "lint", PROTOS.toString()));
        assertThat(lint.out() + lint.error()).isEmpty();
        assertThat(lint.code()).isZero();
    }

    @Test
    void eachOfTheReportsContractsStandsAlone() throws Exception {
        for (String contract : List.of("sensor", "processor", "actuator", "hello")) {
            Path proto = PROTOS.resolve(contract).resolve(contract + ".proto");
            assertThat(Files.readString(proto)).doesNotContain("import ");
            Path alone = Files.createDirectories(directory.resolve(contract + "-alone"));
            Files.copy(proto, alone.resolve(contract + ".proto"));
            Buf.Ended built =
                    Buf.run(
                            Path.of("/dev/null"),
                            List.of(
                                    Buf.BUF.toString(),
                                    "build",
                                    alone.toString(),
                                    "-o",
                                    "/dev/null"));
            assertThat(built.error()).isEmpty();
            assertThat(built.code()).isZero();
        }
    }
}
