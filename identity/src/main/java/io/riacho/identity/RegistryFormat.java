package io.riacho.identity;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The registry as bytes: `docs/formats/identity.md`.
final class RegistryFormat {

    private static final String FIRST_LINE = "riacho-devices 1";
    private static final String NEVER = "-";
    private static final int LAST_LINE_BYTES = "crc32c 01234567\n".length();

    private RegistryFormat() {}

    static byte[] encode(Registry registry) {
        StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
        for (RegisteredDevice device : registry.devices()) {
            line(
                    text,
                    "device",
                    device.name(),
                    device.role().text(),
                    device.origin().name().toLowerCase(Locale.ROOT),
                    device.registeredAt().toString(),
                    time(device.revokedAt()));
            device.sensors().forEach(glob -> line(text, "sensors", glob));
            device.devices().forEach(glob -> line(text, "devices", glob));
            for (DeviceCertificate each : device.certificates()) {
                line(
                        text,
                        "certificate",
                        each.fingerprint(),
                        each.serial(),
                        each.notBefore().toString(),
                        each.notAfter().toString(),
                        time(each.refusedFrom()));
            }
        }
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        text.append(lastLine(body, body.length));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// @throws IdentityException when it is damaged or of another version
    static Registry decode(byte[] bytes) throws IdentityException {
        int body = bytes.length - LAST_LINE_BYTES;
        if (body <= 0) {
            throw new IdentityException("it is cut short");
        }
        String last = new String(bytes, body, LAST_LINE_BYTES, StandardCharsets.UTF_8);
        if (!last.equals(lastLine(bytes, body))) {
            throw new IdentityException("its checksum does not fit its content");
        }
        List<String> lines = new String(bytes, 0, body, StandardCharsets.UTF_8).lines().toList();
        if (!lines.getFirst().equals(FIRST_LINE)) {
            throw new IdentityException(
                    "it begins with '"
                            + lines.getFirst()
                            + "' and this program reads '"
                            + FIRST_LINE
                            + "'");
        }
        List<RegisteredDevice> devices = new ArrayList<>();
        @Nullable DeviceLines current = null;
        for (int i = 1; i < lines.size(); i++) {
            String[] fields = lines.get(i).split("\t", -1);
            try {
                if (fields[0].equals("device")) {
                    if (current != null) {
                        devices.add(current.device());
                    }
                    current = new DeviceLines(fields);
                } else if (current == null) {
                    throw new IllegalArgumentException("a device's line comes first");
                } else {
                    current.add(fields);
                }
            } catch (IllegalArgumentException
                    | ArrayIndexOutOfBoundsException
                    | DateTimeException e) {
                throw new IdentityException(
                        "line " + (i + 1) + " is malformed: " + e.getMessage(), e);
            }
        }
        try {
            if (current != null) {
                devices.add(current.device());
            }
            return new Registry(devices);
        } catch (IllegalArgumentException e) {
            throw new IdentityException("it contradicts itself: " + e.getMessage(), e);
        }
    }

    /// The lines of one device, as they come.
    private static final class DeviceLines {

        private final String[] head;
        private final List<String> sensors = new ArrayList<>();
        private final List<String> devices = new ArrayList<>();
        private final List<DeviceCertificate> certificates = new ArrayList<>();

        DeviceLines(String[] head) {
            this.head = head;
        }

        void add(String[] fields) {
            switch (fields[0]) {
                case "sensors" -> sensors.add(fields[1]);
                case "devices" -> devices.add(fields[1]);
                case "certificate" ->
                        certificates.add(
                                new DeviceCertificate(
                                        fields[1],
                                        fields[2],
                                        Instant.parse(fields[3]),
                                        Instant.parse(fields[4]),
                                        time(fields[5])));
                default ->
                        throw new IllegalArgumentException("'" + fields[0] + "' is not known here");
            }
        }

        RegisteredDevice device() {
            return new RegisteredDevice(
                    head[1],
                    Role.ofDevice(head[2]),
                    sensors,
                    devices,
                    RegisteredDevice.Origin.valueOf(head[3].toUpperCase(Locale.ROOT)),
                    Instant.parse(head[4]),
                    time(head[5]),
                    certificates);
        }
    }

    private static void line(StringBuilder text, String... fields) {
        text.append(String.join("\t", fields)).append('\n');
    }

    private static String time(@Nullable Instant time) {
        return time == null ? NEVER : time.toString();
    }

    private static @Nullable Instant time(String text) {
        return text.equals(NEVER) ? null : Instant.parse(text);
    }

    private static String lastLine(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return "crc32c " + HexFormat.of().toHexDigits((int) crc.getValue()) + "\n";
    }
}
