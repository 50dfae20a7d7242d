package io.riacho.client;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.riacho.identity.tls.ClientKeys;
import java.io.IOException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The certificates of a client: those it trusts, and its own. The server's certificate must be for
/// the name or address that is called.
///
/// @param authorities PEM file of the authorities that may have signed the server's certificate;
///     null: those of the Java runtime
/// @param certificate PEM file of the client's certificate chain, or null
/// @param key PEM file of its key (PKCS#8), or null
public record ClientTls(
        @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key) {

    public ClientTls {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException(
                    "a client certificate and its key are given together");
        }
    }

    /// For gRPC channels.
    ///
    /// @throws IOException naming the files when they cannot be used
    public SslContext grpc() throws IOException {
        return build(GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK));
    }

    /// For Netty's other channels.
    ///
    /// @throws IOException naming the files when they cannot be used
    public SslContext plainProtocol() throws IOException {
        return build(SslContextBuilder.forClient().sslProvider(SslProvider.JDK));
    }

    /// For the JDK's own clients.
    ///
    /// @throws IOException naming the files when they cannot be used
    public SSLContext jdk() throws IOException {
        return ((JdkSslContext) plainProtocol()).context();
    }

    /// For the HiveMQ MQTT client.
    ///
    /// @throws IOException naming the file that cannot be used
    public MqttClientSslConfig mqtt() throws IOException {
        return MqttClientSslConfig.builder()
                .trustManagerFactory(authorities == null ? null : ClientKeys.trusting(authorities))
                .keyManagerFactory(
                        certificate == null || key == null
                                ? null
                                : ClientKeys.own(certificate, key))
                .build();
    }

    private SslContext build(SslContextBuilder builder) throws IOException {
        try {
            if (authorities != null) {
                builder.trustManager(authorities.toFile());
            }
            if (certificate != null && key != null) {
                builder.keyManager(certificate.toFile(), key.toFile());
            }
            return builder.build();
        } catch (IllegalArgumentException | IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "TLS cannot be set up with "
                            + (authorities == null ? "Java's authorities" : authorities)
                            + (certificate == null ? "" : ", " + certificate + " and " + key)
                            + ": "
                            + cause.getMessage(),
                    e);
        }
    }
}
