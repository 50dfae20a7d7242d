package io.riacho.doors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.pkitesting.X509Bundle;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.tcp.TcpDoor;
import io.riacho.doors.tcp.TcpOptions;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.identity.tls.TlsException;
import io.riacho.identity.tls.TlsOptions;
import io.riacho.net.EventLoops;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import io.riacho.testkit.TestCertificates;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsContextsTest {

    @TempDir Path folder;
    private TestCertificates certificates;

    @BeforeEach
    void makeCertificates() throws Exception {
        certificates = new TestCertificates(folder);
        certificates.sign("server");
    }

    private TlsOptions options(@Nullable Path clientCa) {
        return TlsOptions.of(
                certificates.certificate("server"), certificates.key("server"), clientCa);
    }

    @Test
    void aLineOverTlsIsAnswered() throws Exception {
        assertThat(exchange(options(null), null)).isEqualTo("Dados recebidos com sucesso.");
    }

    @Test
    void aClientWithoutCertificateIsTurnedAwayWhenOneIsRequired() throws Exception {
        TlsOptions required = options(certificates.authority());
        assertThatThrownBy(() -> exchange(required, null)).isInstanceOf(IOException.class);
        assertThat(exchange(required, certificates.sign("client")))
                .isEqualTo("Dados recebidos com sucesso.");
    }

    @Test
    void aCertificateOfAnotherAuthorityIsTurnedAway() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        X509Bundle stranger = new TestCertificates(other).sign("client");
        TlsOptions required = options(certificates.authority());
        assertThatThrownBy(() -> exchange(required, stranger)).isInstanceOf(IOException.class);
    }

    @Test
    void errorsNameTheFile() throws Exception {
        Path certificate = certificates.certificate("server");
        Path key = certificates.key("server");
        Path absent = folder.resolve("absent.pem");
        assertThatThrownBy(() -> TlsContexts.http(TlsOptions.of(absent, key, null)))
                .isInstanceOf(TlsException.class)
                .hasMessage("the certificate " + absent + " does not exist");
        assertThatThrownBy(() -> TlsContexts.http(TlsOptions.of(certificate, absent, null)))
                .hasMessage("the key " + absent + " does not exist");
        assertThatThrownBy(() -> TlsContexts.grpc(TlsOptions.of(certificate, key, absent)))
                .hasMessage("the client-ca " + absent + " does not exist");
        assertThatThrownBy(() -> TlsContexts.http(TlsOptions.of(key, key, null)))
                .hasMessageContaining("the certificate " + key)
                .hasMessageContaining("no X.509 certificate");
        assertThatThrownBy(() -> TlsContexts.http(TlsOptions.of(certificate, certificate, null)))
                .hasMessageContaining("the key " + certificate)
                .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
        certificates.signExpired("old");
        assertThatThrownBy(() ->
                        TlsContexts.http(
                                TlsOptions.of(
                                        certificates.certificate("old"),
                                        certificates.key("old"),
                                        null)))
                .hasMessageContaining("expired at");
    }

    @Test
    void askingForCertificatesNeedsAnAuthority() {
        assertThatThrownBy(() ->
                        new TlsOptions(folder, folder, List.of(), TlsOptions.ClientAuth.REQUIRED))
                .hasMessageContaining("client-ca");
    }

    /// Sends one line over TLS to a TCP door and returns the answer.
    private String exchange(TlsOptions tls, @Nullable X509Bundle client) throws Exception {
        IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
        intake.ackAtOnce();
        try (EventLoops loops = EventLoops.start(1);
                TcpDoor door =
                        TcpDoor.start(
                                TcpOptions.with(Map.of()),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                intake,
                                new SeriesTable(10),
                                loops,
                                TlsContexts.plainProtocol(tls),
                                new SimpleMeterRegistry())) {
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted());
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager[] keys =
                    client == null ? null : client.toKeyManagerFactory().getKeyManagers();
            context.init(keys, trust.getTrustManagers(), null);
            try (SSLSocket socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket("127.0.0.1", door.address().getPort())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write("{\"sensor_id\":\"s1\",\"value\":21.5}\n".getBytes(UTF_8));
                String answer =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))
                                .readLine();
                if (answer == null) {
                    throw new IOException("closed without an answer");
                }
                return answer;
            }
        }
    }

    private KeyStore trusted() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(certificates.authority())) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        return store;
    }
}
