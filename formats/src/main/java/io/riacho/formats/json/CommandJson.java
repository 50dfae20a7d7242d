package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.riacho.api.commands.Command;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// A command as JSON: the same to devices and to people.
public final class CommandJson {

    private static final JsonFactory JSON = new JsonFactory();

    private CommandJson() {}

    /// A command as devices get it: an object of its fields.
    public static byte[] bytes(Command command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            write(json, command);
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    /// Writes its fields, without the state, into an object that the caller begins and ends.
    public static void write(JsonGenerator json, Command command) throws IOException {
        json.writeStringField("id", command.id());
        json.writeStringField("device_id", command.device());
        // An order by hand stands on no sensor's average.
        json.writeStringField("sensor_id", command.sensor().isEmpty() ? null : command.sensor());
        json.writeBooleanField("turn_on", command.turnOn());
        json.writeStringField("rule", command.rule());
        json.writeFieldName("average");
        if (Double.isFinite(command.average())) {
            json.writeNumber(command.average());
        } else {
            json.writeNull();
        }
        json.writeStringField("issued_at", Rfc3339.format(command.issuedAtMicros()));
        json.writeStringField("expires_at", Rfc3339.format(command.expiresAtMicros()));
        json.writeNumberField("sequence", command.sequence());
    }

    /// Writes commands with their states, as an array.
    public static void list(JsonGenerator json, List<Command> commands) throws IOException {
        json.writeStartArray();
        for (Command each : commands) {
            json.writeStartObject();
            write(json, each);
            json.writeStringField("state", each.state().name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
