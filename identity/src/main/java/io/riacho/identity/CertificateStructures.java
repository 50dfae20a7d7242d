package io.riacho.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Signed certificates (X.509 v3, RFC 5280). Bouncy Castle builds the structures; keys and signatures are
/// the JDK's. Apart from [CertificateAuthority], since its jars are signed: no start-up cache holds their
/// classes, and loading them takes longer than all else at the start of a server with devices.
final class CertificateStructures {

    private static final int SERIAL_BITS = 128;
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final SecureRandom RANDOM = new SecureRandom();

    private CertificateStructures() {}

    /// An authority's, by itself.
    static X509Certificate authority(String commonName, KeyPair keys, Instant begin, Instant end)
            throws GeneralSecurityException, IOException {
        X500Name name = name(commonName);
        return signed(
                new JcaX509v3CertificateBuilder(
                                name,
                                new BigInteger(SERIAL_BITS, RANDOM),
                                Date.from(begin),
                                Date.from(end),
                                name,
                                keys.getPublic())
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                        .addExtension(
                                Extension.keyUsage,
                                true,
                                new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                        .addExtension(
                                Extension.subjectKeyIdentifier,
                                false,
                                new JcaX509ExtensionUtils()
                                        .createSubjectKeyIdentifier(keys.getPublic())),
                keys.getPrivate());
    }

    /// One by an authority.
    ///
    /// @param serverNames DNS names and IP addresses of a server; none: for a client
    static X509Certificate holder(
            X509Certificate authority,
            PrivateKey authorityKey,
            String commonName,
            PublicKey holder,
            Collection<String> serverNames,
            Instant begin,
            Instant end)
            throws GeneralSecurityException, IOException {
        JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
        KeyPurposeId purpose =
                serverNames.isEmpty()
                        ? KeyPurposeId.id_kp_clientAuth
                        : KeyPurposeId.id_kp_serverAuth;
        var builder =
                new JcaX509v3CertificateBuilder(
                                X500Name.getInstance(
                                        authority.getSubjectX500Principal().getEncoded()),
                                new BigInteger(SERIAL_BITS, RANDOM),
                                Date.from(begin),
                                Date.from(end),
                                name(commonName),
                                holder)
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                        .addExtension(
                                Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                        .addExtension(
                                Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose))
                        .addExtension(
                                Extension.subjectKeyIdentifier,
                                false,
                                utils.createSubjectKeyIdentifier(holder))
                        .addExtension(
                                Extension.authorityKeyIdentifier,
                                false,
                                utils.createAuthorityKeyIdentifier(authority));
        if (!serverNames.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName, false, alternatives(serverNames));
        }
        return signed(builder, authorityKey);
    }

    private static GeneralNames alternatives(Collection<String> names) {
        return new GeneralNames(
                names.stream()
                        .map(each ->
                                new GeneralName(
                                        ADDRESS.matcher(each).matches()
                                                ? GeneralName.iPAddress
                                                : GeneralName.dNSName,
                                        each))
                        .toArray(GeneralName[]::new));
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
    }
}
