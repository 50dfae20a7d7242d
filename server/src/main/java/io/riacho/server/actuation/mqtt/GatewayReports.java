package io.riacho.server.actuation.mqtt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.mqtt.Client;
import io.riacho.server.actuation.Commands;
import io.riacho.server.devices.DeviceBook;
import io.riacho.server.devices.DeviceEvent;
import io.riacho.server.devices.DeviceEvent.Reported.Kind;
import io.riacho.server.ingest.mqtt.TopicListener;
import io.riacho.server.ingest.mqtt.TopicTree;
import io.riacho.server.intake.Failure;
import io.riacho.server.intake.SeriesTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What gateways say of themselves and of commands: `docs/commands.md` has the payloads.
///
/// An answer to a command is JSON with `command_id`; it is acknowledged to its sender when it is on disk. All
/// else is kept as the newest report of its kind. A report that names another gateway than its sender's
/// identity, or answers for a device that is not the sender's, changes nothing and is counted.
final class GatewayReports implements TopicListener {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayReports.class);

    /// Of a longer payload nothing is read as JSON.
    private static final int JSON_BYTES_MAX = 64 << 10;

    private static final int NESTING_MAX = 8;

    private static final ObjectMapper JSON =
            new ObjectMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxNestingDepth(NESTING_MAX)
                                            .build())
                            .build());

    private final Commands commands;
    private final DeviceBook book;
    private final DeviceWatch watch;
    private final ClientRoles roles;
    private final Counter refused;

    GatewayReports(
            Commands commands,
            DeviceBook book,
            DeviceWatch watch,
            ClientRoles roles,
            MeterRegistry meters) {
        this.commands = commands;
        this.book = book;
        this.watch = watch;
        this.roles = roles;
        this.refused =
                Counter.builder("riacho.devices.reports.refused")
                        .description(
                                "Reports in another's name or in none, and answers to unknown"
                                        + " commands")
                        .register(meters);
    }

    @Override
    public void received(
            Client client, TopicTree.Kind kind, String topic, byte[] payload, Handled handled) {
        watch.actsLikeADevice(client);
        switch (kind) {
            case STATUS -> status(client, payload, handled);
            case ERRORS -> report(client, client.id(), Kind.ERROR, text(payload), handled);
            case DIAGNOSTICS ->
                    report(client, client.id(), Kind.DIAGNOSTICS, text(payload), handled);
            case DATA, COMMAND, UPDATES, OTHER ->
                    throw new IllegalArgumentException("no report: " + topic);
        }
    }

    private void status(Client client, byte[] payload, Handled handled) {
        JsonNode json = json(payload);
        String gateway = json == null ? client.id() : json.path("gateway_id").asText(client.id());
        if (roles.part(client) != ClientRoles.Part.ANYBODY && !gateway.equals(client.id())) {
            refuse(client, "it speaks for gateway '" + gateway + "'", handled);
            return;
        }
        String command = json == null ? "" : json.path("command_id").asText("");
        if (json == null || command.isEmpty()) {
            report(client, gateway, Kind.STATUS, text(payload), handled);
            return;
        }
        String device = json.path("device_id").asText(client.id());
        if (!roles.answersFor(client, device)) {
            refuse(client, "it answers for device '" + device + "'", handled);
            return;
        }
        JsonNode error = json.path("error");
        if (error.isMissingNode() || error.isNull()) {
            acknowledge(client, device, command, handled);
        } else {
            report(
                    client,
                    device,
                    Kind.ERROR,
                    "command " + command + ": " + error.asText(),
                    handled);
        }
    }

    private void acknowledge(Client client, String device, String command, Handled handled) {
        commands.acknowledge(
                device,
                command,
                outcome -> {
                    switch (outcome) {
                        case ACCEPTED -> handled.durable();
                        case UNKNOWN ->
                                refuse(
                                        client,
                                        "device '" + device + "' has no command '" + command + "'",
                                        handled);
                        case FAILED -> handled.failed(notKept());
                    }
                });
    }

    private void report(Client client, String device, Kind kind, String text, Handled handled) {
        if (!SeriesTable.isId(device)) {
            refuse(client, "no device can have the id that it names", handled);
            return;
        }
        Consumer<Boolean> answer =
                durable -> {
                    if (durable) {
                        handled.durable();
                    } else {
                        handled.failed(notKept());
                    }
                };
        book.reported(device, kind, text, answer);
    }

    private static Failure notKept() {
        return new Failure(Failure.Kind.DISK_FULL, "the report could not be made durable");
    }

    /// It is acknowledged all the same: sent again it would be no better.
    private void refuse(Client client, String why, Handled handled) {
        refused.increment();
        LOG.info("A report of {} changes nothing: {}", client.id(), why);
        handled.durable();
    }

    /// Null: it is no JSON object.
    private static @Nullable JsonNode json(byte[] payload) {
        if (payload.length > JSON_BYTES_MAX) {
            return null;
        }
        try {
            JsonNode node = JSON.readTree(payload);
            return node != null && node.isObject() ? node : null;
        } catch (JacksonException e) {
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static String text(byte[] payload) {
        int length = Math.min(payload.length, 4 * DeviceEvent.REPORT_CHARS_MAX);
        return new String(payload, 0, length, StandardCharsets.UTF_8);
    }
}
