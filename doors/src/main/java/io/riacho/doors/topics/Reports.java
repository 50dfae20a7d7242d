package io.riacho.doors.topics;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.commands.Commands;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Report.Kind;
import io.riacho.api.devices.DeviceEvents;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.topics.TopicListener.Handled;
import io.riacho.formats.RiachoTopics;
import io.riacho.formats.json.JsonReading;
import io.riacho.formats.json.ReportedPresence;
import io.riacho.limits.TokenBucket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes what gateways report of themselves, of devices and of commands. docs/commands.md has the
/// payloads.
///
/// An answer to a command is JSON with `command_id`; it is acknowledged to its sender when it is on disk. All
/// else is kept as the newest report of its kind, and a status `online` or `offline` tells of the device's
/// presence. A report in the name of one for whom its sender may not speak changes nothing and is counted. Safe
/// for use by many threads.
public final class Reports {

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);

    /// Of a longer payload nothing is read as JSON.
    private static final int JSON_BYTES_MAX = 64 << 10;

    private static final JsonNode NO_JSON = JsonNodeFactory.instance.missingNode();

    private final Commands commands;
    private final DeviceEvents devices;
    private final Consumer<String> online;
    private final Counter refused;
    private final TokenBucket logLimit = new TokenBucket(1, Duration.ofSeconds(1));

    /// @param online hears of devices that say that they are online; must not block
    public Reports(
            Commands commands,
            DeviceEvents devices,
            Consumer<String> online,
            MeterRegistry meters) {
        this.commands = commands;
        this.devices = devices;
        this.online = online;
        this.refused =
                Counter.builder("riacho.devices.reports.refused")
                        .description(
                                "Reports in another's name or in none, and answers to unknown"
                                        + " commands")
                        .register(meters);
    }

    /// A report came.
    ///
    /// @param handled as [io.riacho.doors.topics.TopicListener#received] has it
    public void received(
            Reporter reporter, RiachoTopics.Kind kind, byte[] payload, Handled handled) {
        switch (kind) {
            case STATUS -> status(reporter, payload, handled);
            case ERRORS -> error(reporter, payload, handled);
            case DIAGNOSTICS ->
                    report(
                            reporter,
                            itself(reporter, payload),
                            Kind.DIAGNOSTICS,
                            text(payload),
                            handled);
            case DATA, COMMAND, UPDATES, OTHER ->
                    throw new IllegalArgumentException("no report: " + kind);
        }
    }

    private void status(Reporter reporter, byte[] payload, Handled handled) {
        JsonNode json = json(payload);
        String gateway = name(json, "gateway_id", reporter.device());
        if (gateway != null && !reporter.mayReportAs(gateway)) {
            refuse(reporter, "it speaks for gateway '" + gateway + "'", handled);
            return;
        }
        String command = json.path("command_id").asText("");
        if (command.isEmpty()) {
            statusOf(reporter, gateway, json, text(payload), handled);
            return;
        }
        String device = name(json, "device_id", reporter.device());
        if (device == null) {
            refuse(reporter, "it answers a command without a device_id", handled);
            return;
        }
        if (!reporter.mayAnswerFor(device)) {
            refuse(reporter, "it answers for device '" + device + "'", handled);
            return;
        }
        devices.heard(device);
        JsonNode error = json.path("error");
        if (error.isMissingNode() || error.isNull()) {
            acknowledge(reporter, device, command, handled);
        } else {
            String what = "command " + command + ": " + error.asText();
            report(reporter, device, Kind.ERROR, what, handled);
        }
    }

    private void statusOf(
            Reporter reporter,
            @Nullable String gateway,
            JsonNode json,
            String text,
            Handled handled) {
        String device = name(json, "device_id", gateway);
        if (device != null && !device.equals(gateway) && !reporter.mayAnswerFor(device)) {
            refuse(reporter, "it reports for device '" + device + "'", handled);
            return;
        }
        if (device != null && SeriesTable.isId(device)) {
            switch (ReportedPresence.of(json)) {
                case ONLINE -> {
                    devices.stated(device, true);
                    online.accept(device);
                }
                case OFFLINE -> devices.stated(device, false);
                case NONE -> {}
            }
        }
        report(reporter, device, Kind.STATUS, text, handled);
    }

    private void error(Reporter reporter, byte[] payload, Handled handled) {
        JsonNode json = json(payload);
        if (ErrorReports.isOwn(json)) {
            handled.durable();
            return;
        }
        report(reporter, itself(reporter, json), Kind.ERROR, text(payload), handled);
    }

    /// Whose report it is when the sender's connection does not tell.
    private static @Nullable String itself(Reporter reporter, byte[] payload) {
        return reporter.device() == null ? itself(reporter, json(payload)) : reporter.device();
    }

    private static @Nullable String itself(Reporter reporter, JsonNode json) {
        return reporter.device() == null
                ? name(json, "gateway_id", name(json, "device_id", null))
                : reporter.device();
    }

    private static @Nullable String name(JsonNode json, String field, @Nullable String absent) {
        JsonNode name = json.path(field);
        return name.isMissingNode() || name.isNull() ? absent : name.asText();
    }

    private void acknowledge(Reporter reporter, String device, String command, Handled handled) {
        commands.acknowledge(
                device,
                command,
                outcome -> {
                    switch (outcome) {
                        case ACCEPTED -> handled.durable();
                        case UNKNOWN ->
                                refuse(
                                        reporter,
                                        "device '" + device + "' has no command '" + command + "'",
                                        handled);
                        case FAILED -> handled.failed(notKept());
                    }
                });
    }

    private void report(
            Reporter reporter, @Nullable String device, Kind kind, String text, Handled handled) {
        if (device == null) {
            refuse(reporter, "it names neither gateway_id nor device_id", handled);
            return;
        }
        if (!SeriesTable.isId(device)) {
            refuse(reporter, "no device can have the id that it names", handled);
            return;
        }
        devices.heard(device);
        Consumer<Boolean> answer =
                durable -> {
                    if (durable) {
                        handled.durable();
                    } else {
                        handled.failed(notKept());
                    }
                };
        devices.reported(device, kind, text, answer);
    }

    private static Failure notKept() {
        return new Failure(Failure.Kind.DISK_FULL, "the report could not be made durable");
    }

    /// It is acknowledged all the same: sent again it would be no better.
    private void refuse(Reporter reporter, String why, Handled handled) {
        refused.increment();
        if (logLimit.tryTake(System.nanoTime())) {
            LOG.info("A report of {} changes nothing: {}", reporter.label(), why);
        }
        handled.durable();
    }

    /// Missing: it is no JSON object.
    private static JsonNode json(byte[] payload) {
        if (payload.length > JSON_BYTES_MAX) {
            return NO_JSON;
        }
        try {
            JsonNode node = JsonReading.tree(payload);
            return node.isObject() ? node : NO_JSON;
        } catch (JacksonException e) {
            return NO_JSON;
        }
    }

    private static String text(byte[] payload) {
        int length = Math.min(payload.length, 4 * Device.REPORT_CHARS_MAX);
        return new String(payload, 0, length, StandardCharsets.UTF_8);
    }
}
