package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandFields;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// Writes commands as JSON: the same fields to devices and to people, who get the state beside them.
public final class CommandJson {

    private CommandJson() {}

    /// A command as devices get it: an object of its fields.
    public static byte[] bytes(Command command) {
        return JsonWriting.bytes(json -> {
            json.writeStartObject();
            write(json, command);
            json.writeEndObject();
        });
    }

    /// Writes it with its state, as people get it.
    public static void withState(JsonGenerator json, Command command) throws IOException {
        json.writeStartObject();
        write(json, command);
        json.writeStringField("state", command.state().name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
    }

    /// Writes its fields into an object that the caller begins and ends.
    private static void write(JsonGenerator json, Command command) throws IOException {
        CommandFields fields = command.fields();
        json.writeStringField("id", fields.id());
        json.writeStringField("device_id", fields.device());
        // An override by hand stands on no sensor's average.
        json.writeStringField("sensor_id", fields.sensor().isEmpty() ? null : fields.sensor());
        json.writeBooleanField("turn_on", fields.turnOn());
        json.writeStringField("rule", fields.rule());
        json.writeFieldName("average");
        JsonWriting.number(json, fields.average());
        json.writeStringField("issued_at", Rfc3339.format(fields.issuedAtMicros()));
        json.writeStringField("expires_at", Rfc3339.format(command.expiresAtMicros()));
        json.writeNumberField("sequence", fields.sequence());
    }

    /// Writes commands with their states, as an array.
    public static void list(JsonGenerator json, List<Command> commands) throws IOException {
        json.writeStartArray();
        for (Command each : commands) {
            withState(json, each);
        }
        json.writeEndArray();
    }
}
