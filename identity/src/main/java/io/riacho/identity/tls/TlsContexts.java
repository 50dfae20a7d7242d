package io.riacho.identity.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Makes Netty's server contexts out of PEM files, on the JDK's own TLS (1.2 and 1.3).
public final class TlsContexts {

    /// A file that is larger is no PEM file.
    private static final long FILE_BYTES_MAX = 1 << 20;

    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

    private TlsContexts() {}

    /// For protocols that are not negotiated: TCP lines, MQTT.
    ///
    /// @throws TlsException naming the file that is wrong
    public static SslContext plainProtocol(TlsOptions options) throws TlsException {
        return build(options, List.of());
    }

    /// For HTTP/1.1.
    ///
    /// @throws TlsException naming the file that is wrong
    public static SslContext http(TlsOptions options) throws TlsException {
        return build(options, List.of(ApplicationProtocolNames.HTTP_1_1));
    }

    /// For gRPC, which is HTTP/2.
    ///
    /// @throws TlsException naming the file that is wrong
    public static SslContext grpc(TlsOptions options) throws TlsException {
        return build(options, List.of(ApplicationProtocolNames.HTTP_2));
    }

    private static SslContext build(TlsOptions options, List<String> protocols)
            throws TlsException {
        List<X509Certificate> chain = certificates(options.certificate(), "certificate");
        checkValid(options.certificate(), chain);
        byte[] pem = bytes(options.key(), "key");
        PrivateKey key = key(pem);
        SslContextBuilder builder;
        try {
            builder =
                    key == null
                            ? SslContextBuilder.forServer(
                                    new ByteArrayInputStream(
                                            bytes(options.certificate(), "certificate")),
                                    new ByteArrayInputStream(pem))
                            : SslContextBuilder.forServer(
                                    key, chain.toArray(X509Certificate[]::new));
        } catch (IllegalArgumentException e) {
            throw new TlsException(
                    "the key "
                            + options.key()
                            + " is not an unencrypted PKCS#8 private key in PEM (BEGIN PRIVATE"
                            + " KEY); `openssl pkcs8 -topk8 -nocrypt` makes one",
                    e);
        }
        builder.sslProvider(SslProvider.JDK).protocols("TLSv1.3", "TLSv1.2");
        List<X509Certificate> authorities = new ArrayList<>();
        for (Path each : options.clientCas()) {
            authorities.addAll(certificates(each, "client-ca"));
        }
        if (!authorities.isEmpty()) {
            builder.trustManager(authorities.toArray(X509Certificate[]::new));
        }
        builder.clientAuth(
                switch (options.clientAuth()) {
                    case NONE -> ClientAuth.NONE;
                    case OPTIONAL -> ClientAuth.OPTIONAL;
                    case REQUIRED -> ClientAuth.REQUIRE;
                });
        if (!protocols.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            protocols));
        }
        try {
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsException(
                    "the key "
                            + options.key()
                            + " and the certificate "
                            + options.certificate()
                            + " cannot be used together: "
                            + e.getMessage(),
                    e);
        }
    }

    /// The key of the usual kind of file, PKCS#8 and EC or RSA, read by the JDK; null: another one. Netty
    /// reads more kinds, but has Bouncy Castle do it, which takes long to load.
    private static @Nullable PrivateKey key(byte[] pem) {
        Matcher found = PKCS8.matcher(new String(pem, StandardCharsets.US_ASCII));
        if (!found.find()) {
            return null;
        }
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(
                                        Base64.getMimeDecoder().decode(found.group(1))));
            } catch (GeneralSecurityException | IllegalArgumentException _) {
                // Of another kind.
            }
        }
        return null;
    }

    private static void checkValid(Path file, List<X509Certificate> chain) throws TlsException {
        Instant end = chain.getFirst().getNotAfter().toInstant();
        if (end.isBefore(Instant.now())) {
            throw new TlsException(
                    "the certificate "
                            + file
                            + " expired at "
                            + end
                            + "; put a current one in its place");
        }
    }

    /// The certificates of a PEM file, in its order; one at least.
    ///
    /// @param what the file's part, for the message
    /// @throws TlsException when the file holds none
    public static List<X509Certificate> certificates(Path file, String what) throws TlsException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (Certificate each :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes(file, what)))) {
                if (each instanceof X509Certificate x509) {
                    found.add(x509);
                }
            }
        } catch (CertificateException e) {
            throw notCertificates(file, what, e);
        }
        if (found.isEmpty()) {
            throw notCertificates(file, what, new CertificateException("there is none in it"));
        }
        return found;
    }

    private static TlsException notCertificates(Path file, String what, CertificateException e) {
        return new TlsException(
                "the "
                        + what
                        + " "
                        + file
                        + " holds no X.509 certificate in PEM (BEGIN CERTIFICATE): "
                        + e.getMessage(),
                e);
    }

    private static byte[] bytes(Path file, String what) throws TlsException {
        try {
            long size = Files.size(file);
            if (size > FILE_BYTES_MAX) {
                throw new TlsException(
                        "the " + what + " " + file + " has " + size + " bytes: no PEM file");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsException("the " + what + " " + file + " does not exist", e);
        } catch (TlsException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsException("the " + what + " " + file + " cannot be read: " + e, e);
        }
    }
}
