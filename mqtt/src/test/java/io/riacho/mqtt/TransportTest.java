package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.riacho.mqtt.spi.Authenticator;
import java.io.DataInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS and WebSocket.
class TransportTest {

    /// A key and the certificate that says whose it is, signed by itself.
    private record Identity(KeyPair keys, X509Certificate certificate) {

        static Identity of(String commonName) throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair keys = generator.generateKeyPair();
            X500Name name = new X500Name("CN=" + commonName);
            Instant now = Instant.now();
            var builder =
                    new JcaX509v3CertificateBuilder(
                            name,
                            BigInteger.valueOf(now.toEpochMilli()),
                            Date.from(now.minusSeconds(60)),
                            Date.from(now.plusSeconds(3600)),
                            name,
                            keys.getPublic());
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new Identity(
                    keys, new JcaX509CertificateConverter().getCertificate(builder.build(signer)));
        }

        SslContext server(X509Certificate trusted) throws Exception {
            return SslContextBuilder.forServer(keys.getPrivate(), certificate)
                    .trustManager(trusted)
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        }
    }

    private static SSLContext client(@Nullable Identity own, X509Certificate trusted)
            throws Exception {
        char[] none = new char[0];
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, none);
        if (own != null) {
            keys.setKeyEntry(
                    "own",
                    own.keys().getPrivate(),
                    none,
                    new X509Certificate[] {own.certificate()});
        }
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, none);
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, none);
        trust.setCertificateEntry("server", trusted);
        TrustManagerFactory trusts =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), trusts.getTrustManagers(), null);
        return context;
    }

    private static final Authenticator BY_CERTIFICATE =
            (request, answer) -> {
                String name =
                        request.certificates().isEmpty()
                                ? "nobody"
                                : request.certificates()
                                        .getFirst()
                                        .getSubjectX500Principal()
                                        .getName();
                answer.accept(new Authenticator.Accepted(name, null));
            };

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientCertificateReachesTheAuthenticator(String protocol) throws Exception {
        Identity server = Identity.of("localhost");
        Identity device = Identity.of("gateway-1");
        SslContext context = server.server(device.certificate());
        try (TestServer tls =
                        TestServer.builder()
                                .listeners(Listener.tls("127.0.0.1", 0, () -> context))
                                .authenticator(BY_CERTIFICATE)
                                .start();
                SSLSocket socket =
                        open(client(device, server.certificate()), tls.port(), protocol)) {
            assertThat(connect(socket)).isZero();
            assertThat(tls.server().clients())
                    .singleElement()
                    .satisfies(c -> assertThat(c.identity()).isEqualTo("CN=gateway-1"));
        }
    }

    @Test
    void clientWithoutACertificateDoesNotGetIn() throws Exception {
        Identity server = Identity.of("localhost");
        Identity device = Identity.of("gateway-1");
        SslContext context = server.server(device.certificate());
        try (TestServer tls =
                TestServer.builder()
                        .listeners(Listener.tls("127.0.0.1", 0, () -> context))
                        .start()) {
            assertThatThrownBy(
                            () -> {
                                try (SSLSocket socket =
                                        open(
                                                client(null, server.certificate()),
                                                tls.port(),
                                                "TLSv1.3")) {
                                    connect(socket);
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void newCertificateIsUsedFromTheNextConnectionOn() throws Exception {
        Identity before = Identity.of("localhost");
        Identity after = Identity.of("localhost");
        Identity device = Identity.of("gateway-1");
        AtomicReference<SslContext> context =
                new AtomicReference<>(before.server(device.certificate()));
        try (TestServer tls =
                        TestServer.builder()
                                .listeners(Listener.tls("127.0.0.1", 0, context::get))
                                .start();
                SSLSocket old = open(client(device, before.certificate()), tls.port(), "TLSv1.3")) {
            assertThat(connect(old)).isZero();
            context.set(after.server(device.certificate()));
            try (SSLSocket next =
                    open(client(device, after.certificate()), tls.port(), "TLSv1.3")) {
                assertThat(connect(next)).isZero();
            }
        }
    }

    private static SSLSocket open(SSLContext context, int port, String protocol)
            throws IOException {
        Socket socket =
                context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLSocket tls = (SSLSocket) socket;
        tls.setEnabledProtocols(new String[] {protocol});
        tls.setSoTimeout(10_000);
        return tls;
    }

    /// @return the return code
    private static int connect(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(Bytes.connect(4, "by-tls", true).array());
        byte[] connack = new byte[4];
        new DataInputStream(socket.getInputStream()).readFully(connack);
        return connack[3];
    }

    /// Gathers what comes.
    private static final class Received implements WebSocket.Listener {

        private final BlockingQueue<Byte> bytes = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean last) {
            while (data.hasRemaining()) {
                bytes.add(data.get());
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            ends.add("closed");
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ends.add("error");
        }

        byte[] take(int count) throws InterruptedException {
            byte[] taken = new byte[count];
            for (int i = 0; i < count; i++) {
                Byte next = bytes.poll(10, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError("only " + i + " bytes came");
                }
                taken[i] = next;
            }
            return taken;
        }
    }

    @Test
    @Normative(
            v5 = {"6.0.0-1", "6.0.0-2", "6.0.0-4", "4.2.0-1"},
            v3 = {"6.0.0-1", "6.0.0-2", "6.0.0-4", "7.1.1-1"})
    void packetsMayBeginAndEndAnywhereInBinaryFramesAndTextIsRefused() throws Exception {
        try (TestServer server =
                        TestServer.builder().listeners(Listener.webSocket("127.0.0.1", 0)).start();
                HttpClient http = HttpClient.newHttpClient()) {
            Received received = new Received();
            WebSocket socket =
                    http.newWebSocketBuilder()
                            .subprotocols("mqtt")
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + server.port() + "/mqtt"),
                                    received)
                            .get(10, TimeUnit.SECONDS);
            assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
            byte[] all =
                    Bytes.connect(4, "by-ws", true)
                            .raw(Bytes.subscribe(4, 1, "ws", 0))
                            .raw(Bytes.publish(4, "ws", 0, 0, "hello"))
                            .array();
            int cut = 9;
            socket.sendBinary(ByteBuffer.wrap(all, 0, cut), true).get(10, TimeUnit.SECONDS);
            socket.sendBinary(ByteBuffer.wrap(all, cut, 7), false).get(10, TimeUnit.SECONDS);
            socket.sendBinary(ByteBuffer.wrap(all, cut + 7, all.length - cut - 7), true)
                    .get(10, TimeUnit.SECONDS);
            byte[] answer = received.take(4 + 5 + 11);
            assertThat(answer).startsWith(0x20, 2, 0, 0, 0x90, 3, 0, 1, 0);
            assertThat(new String(answer, StandardCharsets.UTF_8)).endsWith("hello");
            socket.sendText("text", true).get(10, TimeUnit.SECONDS);
            assertThat(received.ends.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }
}
