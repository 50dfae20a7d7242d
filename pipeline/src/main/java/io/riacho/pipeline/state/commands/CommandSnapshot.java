package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandFields;
import io.riacho.api.commands.Overrides.ActiveOverride;
import io.riacho.core.stream.DeviceState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Commands in a snapshot, as `docs/formats/snapshot.md` specifies them: what is desired of each
/// device, the newest command of each, what is held by hand, and the commands that are recent.
final class CommandSnapshot {

    /// The first version of a snapshot with orders by hand.
    private static final int VERSION_MANUAL = 2;

    /// The first version with recent commands, which have been superseded but may be acknowledged, and
    /// with the expiry of commands to come.
    static final int VERSION_RECENT = 5;

    private CommandSnapshot() {}

    static void write(
            Map<String, DeviceState> devices,
            CommandTracker tracker,
            ManualOverrides overrides,
            DataOutputStream out)
            throws IOException {
        out.writeInt(devices.size());
        for (DeviceState each : devices.values()) {
            each.writeTo(out);
        }
        write(newest(devices, tracker), out);
        List<ActiveOverride> held = overrides.active();
        out.writeInt(held.size());
        for (ActiveOverride each : held) {
            out.writeUTF(each.device());
            out.writeBoolean(each.turnOn());
            out.writeInt(each.priority());
            out.writeLong(each.sinceMicros());
            out.writeLong(each.untilMicros());
        }
        write(tracker.recentOldestFirst(), out);
    }

    /// The newest command of each device, in the order of the devices, which a replay repeats.
    private static List<Command> newest(Map<String, DeviceState> devices, CommandTracker tracker) {
        List<Command> newest = new ArrayList<>();
        for (String each : devices.keySet()) {
            tracker.newest(each).ifPresent(newest::add);
        }
        return newest;
    }

    private static void write(List<Command> commands, DataOutputStream out) throws IOException {
        out.writeInt(commands.size());
        for (Command each : commands) {
            write(each, out);
        }
    }

    /// Reads what [#write] wrote into what is new.
    static void read(
            DataInputStream in,
            int version,
            Map<String, DeviceState> devices,
            CommandTracker tracker,
            ManualOverrides overrides)
            throws IOException {
        int deviceCount = in.readInt();
        for (int i = 0; i < deviceCount; i++) {
            DeviceState device = DeviceState.readFrom(in);
            devices.put(device.device(), device);
        }
        List<Command> newest = readCommands(in);
        int held = version >= VERSION_MANUAL ? in.readInt() : 0;
        for (int i = 0; i < held; i++) {
            overrides.set(
                    new ActiveOverride(
                            in.readUTF(),
                            in.readBoolean(),
                            in.readInt(),
                            in.readLong(),
                            in.readLong()));
        }
        tracker.restore(newest, version >= VERSION_RECENT ? readCommands(in) : newest);
    }

    private static List<Command> readCommands(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<Command> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            commands.add(readCommand(in));
        }
        return commands;
    }

    private static void write(Command command, DataOutputStream out) throws IOException {
        CommandFields fields = command.fields();
        out.writeUTF(fields.id());
        out.writeUTF(fields.device());
        out.writeUTF(fields.sensor());
        out.writeBoolean(fields.turnOn());
        out.writeUTF(fields.rule());
        out.writeDouble(fields.average());
        out.writeLong(fields.issuedAtMicros());
        out.writeLong(command.expiresAtMicros());
        out.writeLong(fields.sequence());
        out.writeUTF(command.state().name());
    }

    private static Command readCommand(DataInputStream in) throws IOException {
        String id = in.readUTF();
        String device = in.readUTF();
        String sensor = in.readUTF();
        boolean turnOn = in.readBoolean();
        String rule = in.readUTF();
        double average = in.readDouble();
        long issuedAtMicros = in.readLong();
        long expiresAtMicros = in.readLong();
        long sequence = in.readLong();
        return new Command(
                new CommandFields(
                        id, device, sensor, turnOn, rule, average, issuedAtMicros, sequence),
                Command.State.valueOf(in.readUTF()),
                expiresAtMicros);
    }
}
