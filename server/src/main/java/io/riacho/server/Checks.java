package io.riacho.server;

import io.riacho.config.Findings;
import io.riacho.config.Origin;
import io.riacho.config.Units;
import io.riacho.doors.mqtt.MqttOptions;
import io.riacho.identity.tls.TlsSection;
import io.riacho.rules.CelConditions;
import io.riacho.rules.RuleConfig;
import io.riacho.rules.RuleException;
import io.riacho.rules.Rules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Checks of what must hold between settings of several sections.
final class Checks {

    private static final long OVER_MILLIS_MIN = 1_000;

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
        config.tls().check(findings);
        config.identity().check(findings);
        config.broker().check(findings);
        config.mqtt().check(findings);
        config.journal().check(findings);
        config.stream().check(findings);
        bind("bind", config.bind());
        bind("grpc.bind", config.grpc().bind());
        bind("tcp.bind", config.tcp().bind());
        bind("http.bind", config.http().bind());
        mqttBind();
        ports();
        rules();
        groups();
    }

    private void bind(String path, @Nullable String address) {
        if (address == null || loopback(path, address)) {
            return;
        }
        TlsSection tls = config.tls();
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
        MqttOptions mqtt = config.mqtt();
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

    /// All that a start would refuse, and windows too short to be meant.
    private void rules() {
        List<RuleConfig> rules = config.rules();
        if (rules == null) {
            return;
        }
        try {
            Rules.compile(Rules.definitions(rules, config.groups()), new CelConditions());
        } catch (RuleException e) {
            e.problems().forEach(each -> problem("rules", each));
            return;
        }
        for (RuleConfig rule : rules) {
            if (!rule.over().strip().equals("running")
                    && Units.duration(rule.over()).toMillis() < OVER_MILLIS_MIN) {
                problem("rules", "rule '" + rule.name() + "': 'over' is less than 1s");
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
