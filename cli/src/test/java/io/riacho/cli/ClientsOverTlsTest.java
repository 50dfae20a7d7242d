package io.riacho.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.riacho.cli.common.Exit;
import io.riacho.cli.serve.RunningServer;
import io.riacho.config.ConfigSources;
import io.riacho.server.ServerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every command that calls a server reaches one that asks for client certificates, by the same
/// options, and says what is missing without them.
@Timeout(120)
class ClientsOverTlsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static RunningServer server;

    /// A command that ended.
    private record Ended(int exit, String out, String err) {}

    @BeforeAll
    static void serve() throws Exception {
        X509Bundle authority =
                new CertificateBuilder()
                        .subject("CN=Test authority")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        Files.writeString(directory.resolve("ca.pem"), authority.getCertificatePEM());
        X509Bundle stranger =
                new CertificateBuilder()
                        .subject("CN=Somebody else's authority")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        Files.writeString(directory.resolve("other.pem"), stranger.getCertificatePEM());
        write("server", authority);
        write("client", authority);
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .text("test.yaml", "simulate: true\n")
                        .flag("data", directory.resolve("data").toString())
                        .flag("retention.free-disk-bytes-min", "0")
                        .flag("tls.certificate", file("server.pem"))
                        .flag("tls.key", file("server.key"))
                        .flag("tls.client-ca", file("ca.pem"))
                        .anyPorts();
        server = RunningServer.start(sources.load(), new PrintWriter(new StringWriter(), true));
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private static void write(String name, X509Bundle authority) throws Exception {
        X509Bundle bundle =
                new CertificateBuilder()
                        .subject("CN=" + name)
                        .addSanDnsName("localhost")
                        .addSanIpAddress("127.0.0.1")
                        .buildIssuedBy(authority);
        Files.writeString(directory.resolve(name + ".pem"), bundle.getCertificatePathPEM());
        Files.writeString(directory.resolve(name + ".key"), bundle.getPrivateKeyPEM());
    }

    private static String file(String name) {
        return directory.resolve(name).toString();
    }

    private static String door(String name) {
        return RunningServer.text(server.address(name));
    }

    /// Each command that calls a server; `@DOOR` is where the door is.
    private static List<String> calls() {
        return List.of(
                "query --format csv --server @URL SELECT-1",
                "command --server @URL valve-1 on",
                "hello @grpc Teste",
                "flow --sensor @grpc --processor @processor --actuator @actuator --readings 1"
                        + " --out @OUT",
                "simulate --protocol tcp --to @tcp --count 1",
                "simulate --protocol http --to @http --count 1",
                "simulate --protocol grpc --to @grpc --count 1",
                "load --target hello --to @grpc --connections 2 --duration 1s",
                "load --target sensor --to @grpc --connections 2 --duration 2s",
                "load --target tcp --to @tcp --connections 2 --duration 1s");
    }

    private static Ended run(String call, String... more) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words =
                Stream.concat(
                                Stream.of(call.split(" ", -1)).map(ClientsOverTlsTest::inPlace),
                                Stream.of(more))
                        .toArray(String[]::new);
        int exit = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
        return new Ended(exit, out.toString(), err.toString());
    }

    private static String inPlace(String word) {
        return switch (word) {
            case "@URL" -> server.url();
            case "@OUT" -> file("out");
            case "SELECT-1" -> "SELECT 1 AS one";
            default -> word.startsWith("@") ? door(word.substring(1)) : word;
        };
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aClientWithACertificateIsServed(String call) {
        Ended ended =
                run(
                        call,
                        "--ca",
                        file("ca.pem"),
                        "--cert",
                        file("client.pem"),
                        "--key",
                        file("client.key"));
        assertThat(ended.exit()).as("%s%n%s", ended.out(), ended.err()).isZero();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aClientWithoutACertificateIsTurnedAway(String call) {
        assertThat(run(call, "--ca", file("ca.pem")).exit()).isIn(Exit.FAILED, Exit.UNREACHABLE);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aServerOfAnotherAuthorityIsNotTrusted(String call) {
        Ended ended =
                run(
                        call,
                        "--ca",
                        file("other.pem"),
                        "--cert",
                        file("client.pem"),
                        "--key",
                        file("client.key"));
        assertThat(ended.exit()).isIn(Exit.FAILED, Exit.UNREACHABLE);
    }

    @Test
    void theQuerySaysWhatIsMissing() {
        Ended ended = run("query --server @URL SELECT-1");
        assertThat(ended.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(ended.err()).contains("--ca names who signed the server's certificate");
    }

    @Test
    void tlsForAnAddressWithoutItIsAMistake() {
        Ended ended = run("query --server http://127.0.0.1:1 SELECT-1", "--ca", file("ca.pem"));
        assertThat(ended.exit()).isEqualTo(Exit.USAGE);
        assertThat(ended.err()).contains("https://");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cert", "--key"})
    void aCertificateAndItsKeyAreGivenTogether(String alone) {
        Ended ended = run("hello @grpc Teste", alone, file("client.pem"));
        assertThat(ended.exit()).isEqualTo(Exit.USAGE);
        assertThat(ended.err()).contains("are given together");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Ended ended = run("hello @grpc Teste", "--ca", file("none.pem"));
        assertThat(ended.exit()).isNotZero();
        assertThat(ended.err()).contains("none.pem");
    }

    @Test
    void theDemosFieldSpeaksTls() {
        Ended ended =
                run(
                        "demo --for 4s --http.port=0 --tcp.port=0 --grpc.sensor-port=0"
                                + " --grpc.processor-port=0 --grpc.actuator-port=0"
                                + " --mqtt.port=0 --mqtt.ws-port=0 --mqtt.tls-port=0"
                                + " --mqtt.wss-port=0 --retention.free-disk-bytes-min=0",
                        "--data",
                        file("demo"),
                        "--tls.certificate=" + file("server.pem"),
                        "--tls.key=" + file("server.key"));
        assertThat(ended.exit()).as("%s%n%s", ended.out(), ended.err()).isZero();
        assertThat(ended.out())
                .contains("the page     https://")
                .doesNotContainPattern("(tcp|http|grpc): ");
    }
}
