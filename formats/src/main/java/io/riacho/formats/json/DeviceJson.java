package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Devices;
import io.riacho.api.devices.Traffic;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes devices as JSON: presence, connection, reports and traffic.
public final class DeviceJson {

    private DeviceJson() {}

    /// How many devices are in which presence, as an object.
    public static void counts(JsonGenerator json, Devices devices) throws IOException {
        Devices.Counts counts = devices.counts();
        json.writeStartObject();
        json.writeNumberField("online", counts.online());
        json.writeNumberField("unconfirmed", counts.unconfirmed());
        json.writeNumberField("offline", counts.offline());
        json.writeNumberField("unknown", counts.unknown());
        json.writeEndObject();
    }

    /// An array of devices.
    public static void list(JsonGenerator json, Devices devices, List<Device> list)
            throws IOException {
        json.writeStartArray();
        for (Device each : list) {
            json.writeStartObject();
            json.writeStringField("device_id", each.id());
            connection(json, devices, each);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /// What is known of a device's connection and reports, as fields.
    public static void connection(JsonGenerator json, Devices devices, Device device)
            throws IOException {
        json.writeStringField("presence", devices.presence(device).name().toLowerCase(Locale.ROOT));
        json.writeStringField("since", Rfc3339.format(device.sinceMicros()));
        json.writeStringField("last_seen", Rfc3339.format(device.lastSeenMicros()));
        json.writeStringField("address", device.address());
        json.writeStringField("client", device.client());
        json.writeStringField("reason", device.reason().isEmpty() ? null : device.reason());
        report(json, "status", device.status());
        report(json, "error", device.error());
        report(json, "diagnostics", device.diagnostics());
    }

    /// What its connection did so far, as a field.
    public static void traffic(JsonGenerator json, @Nullable Traffic traffic) throws IOException {
        json.writeFieldName("traffic");
        if (traffic == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeNumberField("messages_received", traffic.messagesReceived());
        json.writeNumberField("bytes_received", traffic.bytesReceived());
        json.writeNumberField("messages_sent", traffic.messagesSent());
        json.writeNumberField("bytes_sent", traffic.bytesSent());
        json.writeNumberField("messages_queued", traffic.messagesQueued());
        json.writeNumberField("messages_dropped", traffic.messagesDropped());
        json.writeEndObject();
    }

    private static void report(JsonGenerator json, String name, Device.@Nullable Report report)
            throws IOException {
        json.writeFieldName(name);
        if (report == null) {
            json.writeNull();
        } else {
            json.writeStartObject();
            json.writeStringField("text", report.text());
            json.writeStringField("at", Rfc3339.format(report.atMicros()));
            json.writeNumberField("count", report.count());
            json.writeEndObject();
        }
    }
}
