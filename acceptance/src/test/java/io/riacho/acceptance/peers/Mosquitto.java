package io.riacho.acceptance.peers;

import io.riacho.acceptance.Program;
import io.riacho.acceptance.peers.Way.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// mosquitto_pub and mosquitto_sub, as Debian has them (2.0.11): each call is a connection of its own. They
/// cannot do WebSocket. Installed when we are root and they are not there.
final class Mosquitto implements Peer {

    private final @Nullable String missing;

    Mosquitto() throws Exception {
        if (!Program.isThere("mosquitto_pub") && "root".equals(System.getProperty("user.name"))) {
            Program.run(
                    Path.of("."), List.of("apt-get", "install", "-y", "-q", "mosquitto-clients"));
        }
        missing = Program.isThere("mosquitto_pub") ? null : "mosquitto_pub is not installed";
    }

    @Override
    public String name() {
        return "mosquitto_pub, mosquitto_sub 2.0.11";
    }

    @Override
    public Set<Transport> transports() {
        return EnumSet.of(Transport.TCP, Transport.TLS_1_2, Transport.TLS_1_3);
    }

    @Override
    public @Nullable String missing() {
        return missing;
    }

    @Override
    public Link connect(Way way, String id) {
        return new Calls(common(way, id));
    }

    /// The options of every call.
    private static List<String> common(Way way, String id) {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-V",
                                way.version() == Way.Version.MQTT_5 ? "mqttv5" : "mqttv311",
                                "-h",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(way.port()),
                                "-i",
                                id));
        Way.Shows shows = way.shows();
        if (shows != null) {
            options.addAll(
                    List.of(
                            "--cafile",
                            shows.rootCa().toString(),
                            "--tls-version",
                            way.transport() == Transport.TLS_1_2 ? "tlsv1.2" : "tlsv1.3"));
            if (shows.certificate() != null && shows.key() != null) {
                options.addAll(
                        List.of(
                                "--cert",
                                shows.certificate().toString(),
                                "--key",
                                shows.key().toString()));
            }
        }
        return options;
    }

    private static final class Calls implements Link {

        /// What precedes a payload in the output of `mosquitto_sub -d`.
        private static final String PAYLOAD = "payload ";

        private final List<String> options;
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private @Nullable Process subscriber;
        private CompletableFuture<String> ended = CompletableFuture.completedFuture("");

        Calls(List<String> options) {
            this.options = options;
        }

        private List<String> call(List<String> program, String... more) {
            return Stream.of(program, options, List.of(more)).flatMap(List::stream).toList();
        }

        /// It may end well and have said what is wrong.
        @Override
        public void publish(String topic, int qos, String payload) throws Exception {
            Program.Result result =
                    Program.run(
                            Path.of("."),
                            call(
                                    List.of("mosquitto_pub"),
                                    "-q",
                                    Integer.toString(qos),
                                    "-t",
                                    topic,
                                    "-m",
                                    payload));
            if (result.exit() != 0 || !result.output().isEmpty()) {
                throw new SaidException(result.output(), null);
            }
        }

        /// Ends after one message.
        @Override
        public void subscribe(String filter) throws Exception {
            CompletableFuture<Boolean> subscribed = new CompletableFuture<>();
            CompletableFuture<String> end = new CompletableFuture<>();
            Process process =
                    new ProcessBuilder(
                                    call(
                                            // Otherwise it says nothing before it ends.
                                            List.of("stdbuf", "-oL", "mosquitto_sub"),
                                            "-d",
                                            "-q",
                                            "1",
                                            "-t",
                                            filter,
                                            "-C",
                                            "1",
                                            "-F",
                                            PAYLOAD + "%p"))
                            .redirectErrorStream(true)
                            .start();
            subscriber = process;
            ended = end;
            Thread.ofVirtual().start(() -> read(process, subscribed, end));
            CompletableFuture.anyOf(subscribed, end).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!subscribed.isDone()) {
                throw new SaidException(end.join(), null);
            }
        }

        private void read(
                Process process,
                CompletableFuture<Boolean> subscribed,
                CompletableFuture<String> end) {
            StringBuilder said = new StringBuilder();
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(PAYLOAD)) {
                        messages.add(line.substring(PAYLOAD.length()));
                    } else if (line.equals("Subscribed (mid: 1): 1")) {
                        subscribed.complete(true);
                    } else if (!line.startsWith("Client ") && !line.startsWith("Subscribed ")) {
                        said.append(line).append('\n');
                    }
                }
                end.complete(
                        said.isEmpty() ? "(exit code " + process.waitFor() + ")" : said.toString());
            } catch (IOException | InterruptedException e) {
                end.completeExceptionally(e);
            }
        }

        @Override
        public String receive() throws Exception {
            String payload = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            // Two connections of one client id would end each other.
            var _ = ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return Objects.requireNonNull(payload, "no message came");
        }

        @Override
        public String disconnection() throws Exception {
            return new SaidException(ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS), null).words();
        }

        @Override
        public void close() {
            if (subscriber != null) {
                subscriber.destroy();
            }
        }
    }
}
