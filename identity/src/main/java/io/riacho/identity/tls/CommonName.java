package io.riacho.identity.tls;

import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/// The name that a certificate says.
public final class CommonName {

    private CommonName() {}

    /// The one CN of a certificate's subject; empty when there is none or there are several.
    public static String of(X509Certificate certificate) {
        String found = "";
        try {
            for (Rdn each :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (each.getType().equalsIgnoreCase("CN")) {
                    if (!found.isEmpty() || !(each.getValue() instanceof String)) {
                        return "";
                    }
                    found = (String) each.getValue();
                }
            }
        } catch (InvalidNameException _) {
            return "";
        }
        return found;
    }
}
