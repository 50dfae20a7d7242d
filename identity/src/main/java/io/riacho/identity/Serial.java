package io.riacho.identity;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/// A certificate's issuer and its number there, which tell it from all others.
record Serial(X500Principal issuer, BigInteger number) {

    static List<Serial> of(List<X509Certificate> chain) {
        return chain.stream()
                .map(each -> new Serial(each.getIssuerX500Principal(), each.getSerialNumber()))
                .toList();
    }
}
