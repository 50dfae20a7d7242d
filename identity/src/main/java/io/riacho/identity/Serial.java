package io.riacho.identity;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/// What tells a certificate from all others: who issued it, and its number there.
record Serial(X500Principal issuer, BigInteger number) {

    static List<Serial> of(List<X509Certificate> chain) {
        return chain.stream()
                .map(each -> new Serial(each.getIssuerX500Principal(), each.getSerialNumber()))
                .toList();
    }
}
