package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Command;
import io.riacho.pipeline.record.RecordText;
import io.riacho.pipeline.state.commands.CommandRecord.CommandExpirySet;
import io.riacho.pipeline.state.commands.CommandRecord.CommandMoved;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered.Mode;
import java.nio.ByteBuffer;
import java.util.Locale;

/// The fields of command records as bytes, behind the kind's code, as `docs/formats/records.md`
/// specifies them.
public final class CommandRecordCodec {

    /// Bytes of the longest name of a state or a mode.
    private static final int NAME_BYTES_MAX = 2 + 12;

    private CommandRecordCodec() {}

    /// Bytes that are enough for the record's fields.
    public static int bytesMax(CommandRecord record) {
        return switch (record) {
            case CommandMoved r ->
                    RecordText.textMax(r.device())
                            + RecordText.textMax(r.commandId())
                            + NAME_BYTES_MAX
                            + 8
                            + 8;
            case CommandExpirySet _ -> 8;
            case ManuallyOrdered r -> NAME_BYTES_MAX + 4 + 8 + 8 + RecordText.textsMax(r.devices());
        };
    }

    public static void write(CommandRecord record, ByteBuffer to) {
        switch (record) {
            case CommandMoved r -> {
                RecordText.putText(to, r.device());
                RecordText.putText(to, r.commandId());
                RecordText.putText(to, r.state().name().toLowerCase(Locale.ROOT));
                to.putLong(r.atMicros()).putLong(r.expiresAtMicros());
            }
            case CommandExpirySet r -> to.putLong(r.expiryMicros());
            case ManuallyOrdered r -> {
                RecordText.putText(to, r.mode().name().toLowerCase(Locale.ROOT));
                to.putInt(r.priority()).putLong(r.atMicros()).putLong(r.untilMicros());
                RecordText.putTexts(to, r.devices());
            }
        }
    }

    public static CommandMoved readMoved(ByteBuffer in) {
        return new CommandMoved(
                RecordText.getText(in),
                RecordText.getText(in),
                Command.State.valueOf(RecordText.getText(in).toUpperCase(Locale.ROOT)),
                in.getLong(),
                in.getLong());
    }

    public static CommandExpirySet readExpiry(ByteBuffer in) {
        return new CommandExpirySet(in.getLong());
    }

    public static ManuallyOrdered readOrdered(ByteBuffer in) {
        Mode mode = Mode.valueOf(RecordText.getText(in).toUpperCase(Locale.ROOT));
        int priority = in.getInt();
        long at = in.getLong();
        long until = in.getLong();
        return new ManuallyOrdered(RecordText.getTexts(in), mode, priority, at, until);
    }
}
