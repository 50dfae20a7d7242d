package io.riacho.identity;

import io.netty.handler.ssl.SslContext;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.identity.tls.TlsOptions;
import io.riacho.identity.tls.TlsOptions.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The TLS context of doors that ask for identities, made anew when one of its files changes. There is
/// none while nobody could connect: before the first device was issued, and without an authority of
/// the operator's. [#refresh] belongs to one thread at a time, everything else may be called by any.
final class IdentityTls {

    private static final Duration LOOKED_AT_EVERY = Duration.ofHours(12);

    private final Path directory;
    private final @Nullable TlsOptions configured;
    private final List<Path> trusted;
    private final ServerCertificate own;
    private final List<Path> files = new ArrayList<>();
    private List<FileStamp> stamps = List.of();
    private Instant lookedAt = Instant.MIN;
    private volatile @Nullable SslContext context;

    /// @param configured the server's certificate and key; null: its own authority signs one
    /// @param trusted further authorities of clients
    IdentityTls(
            Path directory,
            @Nullable TlsOptions configured,
            List<Path> trusted,
            ServerCertificate own) {
        this.directory = directory;
        this.configured = configured;
        this.trusted = List.copyOf(trusted);
        this.own = own;
        files.add(CertificateAuthority.certificateFile(directory));
        files.addAll(trusted);
        files.add(configured == null ? own.certificateFile() : configured.certificate());
        files.add(configured == null ? own.keyFile() : configured.key());
    }

    /// Null: nobody can connect yet.
    @Nullable SslContext context() {
        return context;
    }

    /// Looks whether a file changed, or the server's certificate is to be renewed.
    ///
    /// @throws IOException when what is there cannot be used; then the context stays what it was
    void refresh(Instant now) throws IOException {
        List<FileStamp> found = stamps();
        if (found.equals(stamps) && now.isBefore(lookedAt.plus(LOOKED_AT_EVERY))) {
            return;
        }
        lookedAt = now;
        stamps = found;
        Path ownAuthority = CertificateAuthority.certificateFile(directory);
        if (trusted.isEmpty() && !Files.exists(ownAuthority)) {
            context = null;
            return;
        }
        if (configured == null) {
            own.prepare(now);
            stamps = stamps();
        }
        List<Path> authorities = new ArrayList<>(trusted);
        if (Files.exists(ownAuthority)) {
            authorities.add(ownAuthority);
        }
        context =
                TlsContexts.plainProtocol(
                        new TlsOptions(
                                configured == null
                                        ? own.certificateFile()
                                        : configured.certificate(),
                                configured == null ? own.keyFile() : configured.key(),
                                authorities,
                                ClientAuth.REQUIRED));
    }

    private List<FileStamp> stamps() throws IOException {
        List<FileStamp> found = new ArrayList<>();
        for (Path each : files) {
            found.add(FileStamp.of(each));
        }
        return found;
    }
}
