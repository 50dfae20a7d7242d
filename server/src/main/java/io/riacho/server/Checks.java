package io.riacho.server;

import io.riacho.config.Findings;
import io.riacho.config.Origin;
import io.riacho.config.Units;
import io.riacho.doors.bridge.BridgeOptions;
import io.riacho.identity.Role;
import io.riacho.rules.RuleConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What must hold between several settings.
final class Checks {

    private static final int TOPIC_ROOT_CHARS_MAX = 64;
    private static final Pattern SERVER_NAME =
            Pattern.compile("[A-Za-z0-9*]([A-Za-z0-9.-]{0,252})|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private static final Pattern BROKER_URL =
            Pattern.compile("(ssl|tcp)://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?");

    private final ServerConfig config;
    private final Findings findings;

    private Checks(ServerConfig config, Findings findings) {
        this.config = config;
        this.findings = findings;
    }

    /// Tells all that is wrong with a configuration.
    static void check(ServerConfig config, Findings findings) {
        new Checks(config, findings).all();
    }

    private void all() {
        tls();
        identity();
        broker();
        bind("bind", config.bind(), true);
        bind("grpc.bind", config.grpcBind(), config.grpc().bind() != null);
        bind("tcp.bind", config.tcpBind(), config.tcp().bind() != null);
        bind("http.bind", config.httpBind(), config.http().bind() != null);
        mqttBind();
        topicRoot();
        ports();
        rules();
        groups();
    }

    private void tls() {
        ServerConfig.Tls tls = config.tls();
        if ((tls.certificate() == null) != (tls.key() == null)) {
            String given = tls.key() == null ? "tls.certificate" : "tls.key";
            String missing = tls.key() == null ? "tls.key" : "tls.certificate";
            problem(given, "needs '" + missing + "' as well");
        }
        if (tls.clientCa() != null && !tls.enabled()) {
            problem("tls.client-ca", "needs 'tls.certificate' and 'tls.key' as well");
        }
    }

    private void identity() {
        ServerConfig.Identity identity = config.identity();
        try {
            Role.ofDevice(identity.jitRole());
        } catch (IllegalArgumentException e) {
            problem("identity.jit-role", String.valueOf(e.getMessage()));
        }
        if (identity.trustedCrl() != null && identity.trustedCa() == null) {
            problem("identity.trusted-crl", "needs 'identity.trusted-ca' as well");
        }
        for (String name : identity.serverNames()) {
            if (!SERVER_NAME.matcher(name).matches()) {
                problem(
                        "identity.server-names",
                        "'" + name + "' is neither a DNS name nor an IP address");
            }
        }
    }

    private void broker() {
        ServerConfig.Broker broker = config.broker();
        if ((broker.certificate() == null) != (broker.key() == null)) {
            problem(
                    broker.key() == null ? "broker.certificate" : "broker.key",
                    "a certificate and its key belong together");
        }
        String url = broker.url();
        if (url == null) {
            return;
        }
        if (!BROKER_URL.matcher(url).matches()) {
            problem("broker.url", "'" + url + "' is no broker; write ssl://host:8883");
        }
        if (broker.certificate() == null && broker.clientId() == null) {
            problem(
                    "broker.client-id",
                    "is needed without broker.certificate: the broker keeps the session by it");
        }
        if (broker.publishBytesPerSecondMax()
                < broker.payloadBytesMax() + BridgeOptions.TOPIC_BYTES_MAX) {
            problem(
                    "broker.publish-bytes-per-second-max",
                    "must be larger than broker.payload-bytes-max by "
                            + BridgeOptions.TOPIC_BYTES_MAX
                            + ", for a topic");
        }
    }

    private void bind(String path, String address, boolean given) {
        if (!given || loopback(path, address)) {
            return;
        }
        ServerConfig.Tls tls = config.tls();
        if (tls.enabled() && tls.clientCa() != null) {
            return;
        }
        String lacks =
                tls.enabled() ? "without asking for credentials" : "without TLS and credentials";
        if (config.allowPlaintext()) {
            findings.warning(
                    address
                            + " is served "
                            + lacks
                            + ", as allow-plaintext permits: whoever reaches its ports may read"
                            + " and write");
        } else {
            problem(
                    path,
                    address
                            + " is not loopback, and would be served "
                            + lacks
                            + "; set tls.certificate, tls.key and tls.client-ca, or"
                            + " 'allow-plaintext: true' where the network is closed by other"
                            + " means");
        }
    }

    /// The ports with TLS ask for identities, wherever they listen; the others stay on loopback unless
    /// plain text is allowed elsewhere.
    private void mqttBind() {
        String address = config.mqtt().bind();
        boolean plainPorts = config.mqtt().port() != null || config.mqtt().wsPort() != null;
        if (address != null
                && !loopback("mqtt.bind", address)
                && config.allowPlaintext()
                && plainPorts) {
            findings.warning(
                    address
                            + " is served over MQTT without TLS and credentials, as allow-plaintext"
                            + " permits: whoever reaches its ports may use every topic");
        }
    }

    private boolean loopback(String path, String address) {
        try {
            return ServerConfig.isLoopback(address);
        } catch (IllegalArgumentException _) {
            problem(path, "'" + address + "' is neither an IP address nor localhost");
            return true;
        }
    }

    private void ports() {
        Map<Integer, String> taken = new HashMap<>();
        port(taken, "grpc.sensor-port", config.grpc().sensorPort());
        port(taken, "grpc.processor-port", config.grpc().processorPort());
        port(taken, "grpc.actuator-port", config.grpc().actuatorPort());
        port(taken, "tcp.port", config.tcp().port());
        port(taken, "http.port", config.http().port());
        ServerConfig.Mqtt mqtt = config.mqtt();
        port(taken, "mqtt.port", mqtt.port());
        port(taken, "mqtt.ws-port", mqtt.wsPort());
        port(taken, "mqtt.tls-port", mqtt.tlsPort());
        port(taken, "mqtt.wss-port", mqtt.wssPort());
    }

    private void port(Map<Integer, String> taken, String path, @Nullable Integer port) {
        if (port == null || port == 0) {
            return;
        }
        String other = taken.putIfAbsent(port, path);
        if (other != null) {
            boolean ours = !(findings.origin(path) instanceof Origin.Default);
            problem(
                    ours ? path : other,
                    port
                            + " is also '"
                            + (ours ? other : path)
                            + "'; each door needs a port of its own");
        }
    }

    private void topicRoot() {
        String root = config.mqtt().topicRoot();
        boolean fits =
                !root.startsWith("$")
                        && root.length() <= TOPIC_ROOT_CHARS_MAX
                        && root.chars()
                                .noneMatch(c ->
                                        c == '+'
                                                || c == '#'
                                                || c == '/'
                                                || Character.isISOControl(c));
        if (!fits) {
            problem(
                    "mqtt.topic-root",
                    "'"
                            + root
                            + "' is no topic level: at most "
                            + TOPIC_ROOT_CHARS_MAX
                            + " characters without '/', '+', '#', and no '$' at its beginning");
        }
    }

    private void rules() {
        List<RuleConfig> rules = config.rules();
        if (rules == null) {
            return;
        }
        Set<String> names = new HashSet<>();
        for (RuleConfig rule : rules) {
            if (!names.add(rule.name())) {
                problem("rules", "two rules are called '" + rule.name() + "'");
            }
            if (!rule.over().equals("running")) {
                try {
                    if (Units.duration(rule.over()).toMillis() < 1000) {
                        problem("rules", rule.name() + ": 'over' is less than 1s");
                    }
                } catch (IllegalArgumentException e) {
                    problem(
                            "rules",
                            rule.name() + ": 'over' is 'running' or a duration: " + e.getMessage());
                }
            }
        }
    }

    private void groups() {
        config.groups()
                .forEach((name, devices) -> {
                    if (devices.isEmpty()) {
                        problem("groups", "the group '" + name + "' has no devices");
                    }
                });
    }

    private void problem(String path, String what) {
        findings.problem(path, what);
    }
}
