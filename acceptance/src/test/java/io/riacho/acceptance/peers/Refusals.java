package io.riacho.acceptance.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.acceptance.peers.Way.Shows;
import io.riacho.acceptance.peers.Way.Transport;
import io.riacho.acceptance.peers.Way.Version;
import io.riacho.identity.Credentials;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// Gateways that do what they may not, by each client in each version of MQTT over TLS, and what the
/// client then says. All at once; at the end they are revoked.
final class Refusals {

    private static final String STATUS = "irrigation/gateway/status";

    /// What is refused.
    enum Attempt {
        OTHER_ID("connects with another client id than its name"),
        PUBLISH("publishes on a topic that its role may not, QoS 1"),
        SUBSCRIBE("subscribes what its role may not"),
        REVOKED("is revoked while it is connected"),
        RETURN("connects after that");

        private final String text;

        Attempt(String text) {
            this.text = text;
        }
    }

    /// A client in a version of MQTT.
    private record Who(Peer peer, Version version) {}

    private final Place place;
    private final List<Who> whos = new ArrayList<>();
    private final Map<Who, CompletableFuture<Map<Attempt, String>>> said = new LinkedHashMap<>();

    /// Begins, and revokes when all have come so far.
    Refusals(Place place, Executor threads) throws Exception {
        this.place = place;
        for (Peer peer : place.peers()) {
            for (Version version : Version.values()) {
                whos.add(new Who(peer, version));
            }
        }
        List<String> names = place.addGateways("refused", whos.size());
        // The authority of another server.
        place.riacho(
                "devices",
                "add",
                "stranger",
                "--role=gateway",
                "--data=other",
                "--out=credentials");
        CountDownLatch connected = new CountDownLatch(whos.size());
        for (int i = 0; i < whos.size(); i++) {
            Who who = whos.get(i);
            String name = names.get(i);
            said.put(
                    who,
                    CompletableFuture.supplyAsync(() -> tryAll(who, name, connected), threads));
        }
        if (!connected.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("not all connected: " + said);
        }
        List<String> revoke = new ArrayList<>(List.of("devices", "revoke"));
        revoke.addAll(names);
        revoke.add("--data=" + place.data());
        place.riacho(revoke.toArray(String[]::new));
    }

    private Map<Attempt, String> tryAll(Who who, String name, CountDownLatch connected) {
        Map<Attempt, String> words = new LinkedHashMap<>();
        try {
            Credentials own = place.credentials(name);
            Way way = place.way(who.version(), Transport.TLS_1_3, Shows.all(own));
            words.put(Attempt.OTHER_ID, refused(() -> publish(who, way, "somebody", STATUS)));
            words.put(
                    Attempt.PUBLISH,
                    refused(() -> publish(who, way, name, "irrigation/control/pump/command")));
            words.put(
                    Attempt.SUBSCRIBE,
                    refused(() -> {
                        try (Link link = who.peer().connect(way, name)) {
                            link.subscribe("irrigation/sensors/+/data");
                        }
                    }));
            checkCertificates(who, name);
            try (Link link = who.peer().connect(way, name)) {
                link.subscribe("irrigation/control/" + name + "/command");
                connected.countDown();
                words.put(Attempt.REVOKED, link.disconnection());
            }
            words.put(Attempt.RETURN, refused(() -> publish(who, way, name, STATUS)));
            return words;
        } catch (Exception e) {
            connected.countDown();
            throw new IllegalStateException(who + ": " + e.getMessage(), e);
        }
    }

    /// Without a certificate, or with one that another authority signed, there is no connection; what a
    /// client says of it depends on who closed first. Nor does a client connect to a server that it does
    /// not trust.
    private void checkCertificates(Who who, String name) {
        Credentials own = place.credentials(name);
        Credentials stranger = place.credentials("stranger");
        for (Transport transport : List.of(Transport.TLS_1_2, Transport.TLS_1_3)) {
            for (Shows shows :
                    List.of(
                            new Shows(own.rootCa(), null, null),
                            new Shows(own.rootCa(), stranger.certificate(), stranger.privateKey()),
                            new Shows(stranger.rootCa(), own.certificate(), own.privateKey()))) {
                Way way = place.way(who.version(), transport, shows);
                assertThat(refused(() -> publish(who, way, name, STATUS))).isNotEmpty();
            }
        }
    }

    private static void publish(Who who, Way way, String id, String topic) throws Exception {
        try (Link link = who.peer().connect(way, id)) {
            link.publish(topic, 1, "{}");
        }
    }

    /// What is done.
    private interface Deed {
        void run() throws Exception;
    }

    /// The words with which it fails.
    private static String refused(Deed deed) {
        try {
            deed.run();
        } catch (SaidException e) {
            return e.words();
        } catch (Exception e) {
            throw new IllegalStateException(e.toString(), e);
        }
        throw new AssertionError("it was not refused");
    }

    /// A table of what was refused and what each client said, for the document.
    String table() throws Exception {
        StringBuilder table = new StringBuilder("| a gateway | MQTT |");
        place.peers().forEach(each -> table.append(' ').append(each.name()).append(" |"));
        table.append("\n|---|---|").append("---|".repeat(place.peers().size())).append('\n');
        for (Attempt attempt : Attempt.values()) {
            for (Version version : Version.values()) {
                table.append("| ").append(attempt.text).append(" | ").append(version.text());
                for (Who who : whos) {
                    if (who.version() == version) {
                        table.append(" | ")
                                .append(
                                        Objects.requireNonNull(said.get(who))
                                                .get(90, TimeUnit.SECONDS)
                                                .get(attempt));
                    }
                }
                table.append(" |\n");
            }
        }
        return table.toString();
    }
}
