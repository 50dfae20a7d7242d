package io.riacho.identity;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// A request for a certificate (PKCS#10, RFC 2986).
final class SigningRequest {

    private SigningRequest() {}

    /// The key that it asks a certificate for, once its signature has proved that the sender has it.
    ///
    /// @throws IdentityException when it is no request, or the proof is wrong
    static PublicKey publicKey(byte[] bytes) throws IdentityException {
        try {
            var request = new JcaPKCS10CertificationRequest(parsed(bytes));
            PublicKey key = request.getPublicKey();
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IdentityException("the request's signature does not fit its key");
            }
            return key;
        } catch (IdentityException e) {
            throw e;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw new IdentityException(
                    "this is no request for a certificate (BEGIN CERTIFICATE REQUEST); 'openssl"
                            + " req -new' makes one",
                    e);
        }
    }

    private static PKCS10CertificationRequest parsed(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!text.contains("-----BEGIN")) {
            return new PKCS10CertificationRequest(bytes);
        }
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            if (parser.readObject() instanceof PKCS10CertificationRequest request) {
                return request;
            }
        }
        throw new IdentityException("the PEM text holds something else");
    }
}
