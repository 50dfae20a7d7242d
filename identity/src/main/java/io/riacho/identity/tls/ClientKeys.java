package io.riacho.identity.tls;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/// Reads what a TLS client shows and trusts out of PEM files. Keys may also be in the older forms (`BEGIN RSA
/// PRIVATE KEY`, `BEGIN EC PRIVATE KEY`) that cloud brokers hand out.
public final class ClientKeys {

    private ClientKeys() {}

    /// The client's own certificate and key.
    ///
    /// @throws TlsException naming the file that is wrong
    public static KeyManagerFactory own(Path certificate, Path key) throws TlsException {
        List<X509Certificate> chain = TlsContexts.certificates(certificate, "certificate");
        char[] none = new char[0];
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, none);
            store.setKeyEntry("own", privateKey(key), none, chain.toArray(X509Certificate[]::new));
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, none);
            return factory;
        } catch (TlsException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException(
                    "the key "
                            + key
                            + " and the certificate "
                            + certificate
                            + " cannot be used together: "
                            + e.getMessage(),
                    e);
        }
    }

    /// The authorities that may sign the server's certificate.
    ///
    /// @throws TlsException naming the file that is wrong
    public static TrustManagerFactory trusting(Path authorities) throws TlsException {
        List<X509Certificate> certificates = TlsContexts.certificates(authorities, "authority");
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("authority-" + i, certificates.get(i));
            }
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException(
                    "the authorities " + authorities + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file) throws TlsException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException e) {
            throw new TlsException("the key " + file + " does not exist", e);
        } catch (IOException e) {
            throw new TlsException("the key " + file + " cannot be read: " + e, e);
        }
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            return switch (parser.readObject()) {
                case PrivateKeyInfo key -> converter.getPrivateKey(key);
                case PEMKeyPair pair -> converter.getKeyPair(pair).getPrivate();
                case null, default ->
                        throw new TlsException(
                                "the key " + file + " is no unencrypted private key in PEM");
            };
        } catch (TlsException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsException("the key " + file + " is no unencrypted private key in PEM", e);
        }
    }
}
