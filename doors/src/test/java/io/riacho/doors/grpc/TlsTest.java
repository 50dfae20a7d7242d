package io.riacho.doors.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.identity.tls.TlsOptions;
import io.riacho.net.EventLoops;
import io.riacho.protocol.hello.Mensagem;
import io.riacho.protocol.hello.SaudacaoGrpc;
import io.riacho.testkit.TestCertificates;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A door with TLS that asks its clients for certificates.
class TlsTest {

    @TempDir private Path directory;

    @Test
    void aClientWithACertificateIsServedAndOneWithoutIsNot() throws Exception {
        TestCertificates certificates = new TestCertificates(directory);
        certificates.sign("server");
        certificates.sign("client");
        TlsOptions options =
                TlsOptions.of(
                        certificates.certificate("server"),
                        certificates.key("server"),
                        certificates.authority());
        try (EventLoops loops = EventLoops.start(1);
                GrpcDoor door =
                        GrpcDoor.onLoopback(
                                List.of(new GreetingService()), loops, TlsContexts.grpc(options))) {
            assertThat(
                            greet(
                                    door,
                                    trusting(certificates)
                                            .keyManager(
                                                    certificates.certificate("client").toFile(),
                                                    certificates.key("client").toFile())))
                    .isEqualTo("Olá, Teste!");
            assertThatThrownBy(() -> greet(door, trusting(certificates)))
                    .isInstanceOf(StatusRuntimeException.class);
        }
    }

    private static SslContextBuilder trusting(TestCertificates certificates) {
        return GrpcSslContexts.forClient().trustManager(certificates.authority().toFile());
    }

    private static String greet(GrpcDoor door, SslContextBuilder tls) throws Exception {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("localhost", door.port())
                        .sslContext(tls.build())
                        .build();
        try {
            return SaudacaoGrpc.newBlockingStub(channel)
                    .saudar(Mensagem.newBuilder().setNome("Teste").build())
                    .getTexto();
        } finally {
            channel.shutdownNow();
        }
    }
}
