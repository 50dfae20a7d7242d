package io.riacho.acceptance.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.riacho.acceptance.Program;
import io.riacho.acceptance.peers.Way.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// MQTT.js in Node, all of its connections in one process. Fetched by npm the first time.
final class MqttJs implements Peer {

    private static final String VERSION = "5.14.1";
    private static final Path FOLDER = Path.of("target", "mqttjs").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final Map<Integer, NodeLink> links = new ConcurrentHashMap<>();
    private final @Nullable Process node;
    private final @Nullable String missing;

    MqttJs() throws Exception {
        missing = fetch();
        node = missing == null ? start() : null;
    }

    private static @Nullable String fetch() throws Exception {
        if (!Program.isThere("node") || !Program.isThere("npm")) {
            return "node or npm is not installed";
        }
        if (!Files.isDirectory(FOLDER.resolve("node_modules/mqtt"))) {
            Files.createDirectories(FOLDER);
            Program.Result fetched =
                    Program.run(
                            FOLDER,
                            List.of(
                                    "npm",
                                    "install",
                                    "--no-audit",
                                    "--no-fund",
                                    "--prefer-offline",
                                    "--prefix",
                                    ".",
                                    "mqtt@" + VERSION));
            if (fetched.exit() != 0) {
                return "npm could not fetch MQTT.js";
            }
        }
        return null;
    }

    private Process start() throws IOException {
        try (InputStream driver =
                Objects.requireNonNull(MqttJs.class.getResourceAsStream("mqttjs.js"))) {
            Files.copy(driver, FOLDER.resolve("driver.js"), StandardCopyOption.REPLACE_EXISTING);
        }
        Process process =
                new ProcessBuilder("node", "driver.js")
                        .directory(FOLDER.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        Thread.ofVirtual().start(() -> read(process));
        return process;
    }

    private void read(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode told = JSON.readTree(line);
                if (told.has("n")) {
                    Objects.requireNonNull(asked.remove(told.get("n").intValue())).complete(told);
                } else {
                    NodeLink link = Objects.requireNonNull(links.get(told.get("link").intValue()));
                    if (told.has("message")) {
                        link.messages.add(told.get("message").textValue());
                    } else {
                        link.ends.add(told.get("end").textValue());
                    }
                }
            }
        } catch (IOException e) {
            asked.values().forEach(each -> each.completeExceptionally(e));
        }
    }

    private CompletableFuture<JsonNode> send(ObjectNode what) throws IOException {
        int number = numbers.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(number, answer);
        byte[] line = (what.put("n", number).toString() + "\n").getBytes(StandardCharsets.UTF_8);
        Process process = Objects.requireNonNull(node);
        synchronized (process) {
            process.getOutputStream().write(line);
            process.getOutputStream().flush();
        }
        return answer;
    }

    private void ask(ObjectNode what) throws Exception {
        JsonNode said = send(what).get(PATIENCE_SECONDS, TimeUnit.SECONDS).get("said");
        if (said != null) {
            throw new SaidException(said.textValue(), null);
        }
    }

    @Override
    public String name() {
        return "MQTT.js " + VERSION;
    }

    @Override
    public Set<Transport> transports() {
        return EnumSet.allOf(Transport.class);
    }

    @Override
    public @Nullable String missing() {
        return missing;
    }

    @Override
    public Link connect(Way way, String id) throws Exception {
        String url =
                switch (way.transport()) {
                    case TCP -> "mqtt://127.0.0.1:" + way.port();
                    case TLS_1_2, TLS_1_3 -> "mqtts://127.0.0.1:" + way.port();
                    case WEB_SOCKET -> "ws://127.0.0.1:" + way.port() + "/mqtt";
                    case SECURE_WEB_SOCKET -> "wss://127.0.0.1:" + way.port() + "/mqtt";
                };
        NodeLink link = new NodeLink(numbers.incrementAndGet());
        links.put(link.number, link);
        ObjectNode connect =
                link.operation("connect")
                        .put("url", url)
                        .put("id", id)
                        .put("version", way.version() == Way.Version.MQTT_5 ? 5 : 4);
        Way.Shows shows = way.shows();
        if (shows != null) {
            connect.put("protocol", way.transport().protocol()).put("ca", absolute(shows.rootCa()));
            if (shows.certificate() != null && shows.key() != null) {
                connect.put("cert", absolute(shows.certificate()))
                        .put("key", absolute(shows.key()));
            }
        }
        ask(connect);
        return link;
    }

    private static String absolute(Path file) {
        return file.toAbsolutePath().toString();
    }

    @Override
    public void close() {
        if (node != null) {
            node.destroy();
        }
    }

    private final class NodeLink implements Link {

        private final int number;
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

        NodeLink(int number) {
            this.number = number;
        }

        private ObjectNode operation(String name) {
            return JSON.createObjectNode().put("op", name).put("link", number);
        }

        @Override
        public void publish(String topic, int qos, String payload) throws Exception {
            ask(operation("publish").put("topic", topic).put("qos", qos).put("payload", payload));
        }

        @Override
        public void subscribe(String filter) throws Exception {
            ask(operation("subscribe").put("filter", filter));
        }

        @Override
        public String receive() throws InterruptedException {
            return Objects.requireNonNull(
                    messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no message came");
        }

        @Override
        public String disconnection() throws InterruptedException {
            return Objects.requireNonNull(
                    ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "still connected");
        }

        @Override
        public void close() {
            try {
                send(operation("end")).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
