package io.riacho.cli.devices;

import io.riacho.formats.RiachoTopics;
import io.riacho.identity.Credentials;
import io.riacho.identity.DeviceCertificate;
import io.riacho.identity.RegisteredDevice;
import io.riacho.server.ServerConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Prints devices as lines of text.
public final class DeviceText {

    private static final String ROW = "%-32s  %-8s  %-8s  %-10s  %s";

    private final ServerConfig config;

    public DeviceText(ServerConfig config) {
        this.config = config;
    }

    /// How to connect with new credentials.
    ///
    /// @param ownKey the device has its key already
    public List<String> connect(RegisteredDevice device, Credentials credentials, boolean ownKey) {
        String server =
                "--cafile "
                        + credentials.rootCa()
                        + " --cert "
                        + credentials.certificate()
                        + " --key "
                        + (ownKey ? "KEY" : credentials.privateKey());
        String common =
                " -h localhost -p "
                        + config.mqtt().tlsPort()
                        + " "
                        + server
                        + " -i "
                        + device.name();
        RiachoTopics topics = new RiachoTopics(config.mqtt().topicRoot());
        List<String> lines = new ArrayList<>();
        lines.add("Once a server runs on " + config.data().toAbsolutePath().normalize() + ":");
        lines.add(
                switch (device.role()) {
                    case GATEWAY ->
                            "  mosquitto_pub"
                                    + common
                                    + " -q 1 -t "
                                    + topics.data(exampleSensor(device))
                                    + " -m '{\"value\": 21.5}'";
                    case COMPUTE, OPERATOR, LOCAL ->
                            "  mosquitto_sub" + common + " -q 1 -t '" + topics.data("+") + "'";
                });
        lines.add(
                "From elsewhere: another -h, mqtt.bind set to where devices reach the server, and"
                        + " that name in identity.server-names.");
        if (config.tls().certificate() != null && config.identity().rootCa() == null) {
            lines.add(
                    "Note: the server shows tls.certificate, but root-ca.pem is Riacho's own"
                            + " authority; set identity.root-ca to who signed tls.certificate.");
        }
        return lines;
    }

    /// A sensor that the device may publish for.
    private static String exampleSensor(RegisteredDevice device) {
        return device.sensors().isEmpty()
                ? "s1"
                : device.sensors().getFirst().replace('*', '1').replace('?', '1');
    }

    /// One line each, under a heading.
    public List<String> table(Collection<RegisteredDevice> devices, Instant now) {
        List<String> lines = new ArrayList<>();
        if (devices.isEmpty()) {
            lines.add("no devices yet; 'riacho devices add gateway-1 --role gateway' issues one");
            return lines;
        }
        lines.add(ROW.formatted("NAME", "ROLE", "STATE", "UNTIL", "SENSORS"));
        for (RegisteredDevice each : devices) {
            lines.add(
                    ROW.formatted(
                                    each.name(),
                                    each.role().text(),
                                    state(each, now),
                                    each.current().end().toString().substring(0, 10),
                                    each.sensors().isEmpty()
                                            ? "-"
                                            : String.join(", ", each.sensors()))
                            .stripTrailing());
        }
        return lines;
    }

    private static String state(RegisteredDevice device, Instant now) {
        if (device.isRevoked()) {
            return "revoked";
        }
        return now.isBefore(device.current().end()) ? "active" : "expired";
    }

    /// All about one device.
    public List<String> details(RegisteredDevice device, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add("name        " + device.name());
        lines.add("role        " + device.role().text());
        lines.add("state       " + state(device, now));
        lines.add(
                "sensors     "
                        + (device.sensors().isEmpty()
                                ? "every one"
                                : String.join(", ", device.sensors())));
        lines.add(
                "devices     "
                        + (device.devices().isEmpty()
                                ? "every one"
                                : String.join(", ", device.devices())));
        lines.add(
                "issued by   "
                        + switch (device.origin()) {
                            case OWN -> "Riacho's own authority";
                            case TRUSTED -> "an authority in identity.trusted-ca";
                        });
        lines.add("registered  " + device.registeredAt());
        if (device.revokedAt() != null) {
            lines.add("revoked     " + device.revokedAt());
        }
        for (DeviceCertificate each : device.certificates()) {
            Duration left = Duration.between(now, each.end());
            lines.add(
                    "certificate "
                            + each.serial()
                            + ", "
                            + each.notBefore()
                            + " to "
                            + each.end()
                            + (left.isPositive()
                                    ? " (" + left.toDays() + " days left)"
                                    : " (ended)"));
            lines.add("            SHA-256 " + each.fingerprint());
        }
        return lines;
    }
}
