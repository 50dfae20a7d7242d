package io.riacho.acceptance.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.riacho.acceptance.Program;
import io.riacho.acceptance.ServerProcess;
import io.riacho.acceptance.peers.Way.Shows;
import io.riacho.acceptance.peers.Way.Transport;
import io.riacho.acceptance.peers.Way.Version;
import io.riacho.client.ClientTls;
import io.riacho.identity.Credentials;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A directory with a server process, the peers, and the `riacho` command.
final class Place implements AutoCloseable {

    private final Path directory;
    private final List<Peer> peers;
    private @Nullable ServerProcess server;

    Place(Path directory) throws Exception {
        this.directory = directory;
        peers = List.of(new Mosquitto(), new HiveMq(), new Paho(), new MqttJs());
    }

    List<Peer> peers() {
        return peers;
    }

    /// Starts the server.
    void serve(String yaml) throws Exception {
        Path config = Files.writeString(directory.resolve("riacho.yaml"), yaml);
        server = ServerProcess.start(data(), directory.resolve("server.log"), "--config=" + config);
    }

    Path data() {
        return directory.resolve("data");
    }

    private ServerProcess server() {
        if (server == null) {
            throw new IllegalStateException("the server does not run");
        }
        return server;
    }

    /// Runs `riacho`, which must succeed.
    ///
    /// @return what it printed
    String riacho(String... words) throws Exception {
        Program.Result result = Program.run(directory, Program.riacho(words));
        assertThat(result.exit()).as(result.output()).isZero();
        return result.output();
    }

    /// Gives an order by hand.
    String command(String device, String what) throws Exception {
        InetSocketAddress http = server().address("http");
        return riacho("command", device, what, "--server=http://127.0.0.1:" + http.getPort());
    }

    /// Issues the identities of gateways NAME-1 to NAME-count.
    ///
    /// @return their names
    List<String> addGateways(String name, int count) throws Exception {
        riacho(
                "devices",
                "add",
                name,
                "--role=gateway",
                "--count=" + count,
                "--data=" + data(),
                "--out=credentials");
        if (server != null) {
            // A running server follows within a second.
            String last = name + "-" + count;
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(SaidException.class)
                    .until(() -> {
                        connect(last).close();
                        return true;
                    });
        }
        return names(name, count);
    }

    /// A connection of a gateway of that name.
    private Link connect(String name) throws Exception {
        return new HiveMq()
                .connect(
                        way(Version.MQTT_5, Transport.TLS_1_3, Shows.all(credentials(name))), name);
    }

    /// The certificate that the server shows to a gateway.
    Certificate shownTo(String name) throws Exception {
        Credentials own = credentials(name);
        SSLContext tls = new ClientTls(own.rootCa(), own.certificate(), own.privateKey()).jdk();
        InetSocketAddress door = server().address(Transport.TLS_1_3.door());
        try (SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", door.getPort())) {
            socket.setSoTimeout(20_000);
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    static List<String> names(String name, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            names.add(name + "-" + i);
        }
        return names;
    }

    Credentials credentials(String name) {
        return new Credentials(directory.resolve("credentials").resolve(name));
    }

    /// A way to the server.
    Way way(Version version, Transport transport, @Nullable Shows shows) {
        return new Way(version, transport, server().address(transport.door()).getPort(), shows);
    }

    List<String> query(HttpClient client, String sql) throws Exception {
        return server().query(client, sql);
    }

    @Override
    public void close() {
        peers.forEach(Peer::close);
        if (server != null) {
            server.close();
        }
    }
}
