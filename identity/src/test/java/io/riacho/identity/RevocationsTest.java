package io.riacho.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.identity.tls.TlsContexts;
import io.riacho.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Revocation lists of authorities that the operator runs.
class RevocationsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private TestCertificates operators;

    @BeforeEach
    void make() throws Exception {
        operators = new TestCertificates(folder);
        operators.sign("a");
        operators.sign("b");
    }

    private Revocations revocations(Path crl) {
        return new Revocations(
                new IdentityOptions.Trusted(operators.authority(), crl, Role.GATEWAY, 10));
    }

    private List<X509Certificate> chain(String name) throws Exception {
        return TlsContexts.certificates(operators.certificate(name), "certificate");
    }

    @Test
    void listedCertificatesAreRevokedAndNoOthers() throws Exception {
        Revocations revocations = revocations(operators.revoke("a"));
        revocations.refresh(Instant.now());

        assertThat(revocations.revokes(chain("a"))).isTrue();
        assertThat(revocations.revokes(chain("b"))).isFalse();
        // The next certificate of the same name.
        operators.sign("a");
        assertThat(revocations.revokes(chain("a"))).isFalse();
        // The same number from another authority.
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        assertThat(
                        new Revocations(null)
                                .revokes(
                                        TlsContexts.certificates(
                                                new TestCertificates(elsewhere).authority(),
                                                "authority")))
                .isFalse();
    }

    @Test
    void whoHasConnectedIsFoundWhenAListComesLater() throws Exception {
        Revocations revocations = revocations(operators.revoke());
        revocations.refresh(Instant.now());
        revocations.noteShown("fingerprint", chain("a"));
        assertThat(revocations.revokes("fingerprint")).isFalse();

        operators.revoke("a", "b");
        revocations.refresh(Instant.now());

        assertThat(revocations.revokes("fingerprint")).isTrue();
        revocations.forget("fingerprint"::equals);
        assertThat(revocations.revokes("fingerprint")).isFalse();
    }

    @Test
    void listPastItsNextUpdateStillCounts() throws Exception {
        Revocations revocations = revocations(operators.revoke("a"));
        revocations.refresh(Instant.now().plus(Duration.ofDays(400)));
        assertThat(revocations.revokes(chain("a"))).isTrue();
    }

    @Test
    void whatIsNoListOfATrustedAuthorityIsNamedAndChangesNothing() throws Exception {
        Path file = operators.revoke("a");
        Revocations revocations = revocations(file);
        revocations.refresh(Instant.now());

        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        TestCertificates strangers = new TestCertificates(elsewhere);
        Files.copy(strangers.revoke(), file, StandardCopyOption.REPLACE_EXISTING);
        assertRefused(revocations, "no authority in identity.trusted-ca signed the list of CN=");
        Files.writeString(file, "no list");
        assertRefused(revocations, "holds no X.509 revocation list");
        Files.copy(operators.authority(), file, StandardCopyOption.REPLACE_EXISTING);
        assertRefused(revocations, "holds no X.509 revocation list");
        Files.delete(file);
        assertRefused(revocations, "does not exist");

        operators.revoke("b");
        revocations.refresh(Instant.now());
        assertThat(revocations.revokes(chain("a"))).isFalse();
        assertThat(revocations.revokes(chain("b"))).isTrue();
    }

    private void assertRefused(Revocations revocations, String says) throws Exception {
        assertThatThrownBy(() -> revocations.refresh(Instant.now()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("crl.pem")
                .hasMessageContaining(says);
        assertThat(revocations.revokes(chain("a"))).isTrue();
    }
}
