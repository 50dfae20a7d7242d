package io.riacho.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The names and addresses by which devices reach this server.
final class ServerNames {

    private static final Logger LOG = LoggerFactory.getLogger(ServerNames.class);

    private ServerNames() {}

    /// `localhost`, loopback, the host's name, what is configured, and where it listens: an address,
    /// or for a wildcard every address of the host. Link-local addresses are left out.
    ///
    /// @param bind an IP address or `localhost`
    static SequencedSet<String> of(String bind, List<String> configured) {
        SequencedSet<String> names =
                new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"));
        String host = hostName();
        if (!host.isEmpty()) {
            names.add(host);
        }
        names.addAll(configured);
        if (!bind.equals("localhost")) {
            InetAddress address = InetAddress.ofLiteral(bind);
            if (address.isAnyLocalAddress()) {
                addAll(names);
            } else {
                names.add(address.getHostAddress());
            }
        }
        return names;
    }

    /// Without asking a resolver, which may take its time; empty when it is not known so.
    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            LOG.debug("No Linux", e);
            String named = System.getenv("HOSTNAME");
            return named == null ? "" : named;
        }
    }

    private static void addAll(SequencedSet<String> names) {
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(each -> !each.isLinkLocalAddress() && !each.isLoopbackAddress())
                    .forEach(each -> names.add(each.getHostAddress().replaceAll("%.*", "")));
        } catch (SocketException e) {
            LOG.warn("The host's addresses cannot be listed", e);
        }
    }
}
