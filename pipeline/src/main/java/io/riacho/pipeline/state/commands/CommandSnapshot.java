package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.Overrides.Held;
import io.riacho.core.stream.DeviceState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Commands in a snapshot, as `docs/formats/snapshot.md` specifies them: what is wished of each
/// device, the newest command of each, and what is held by hand.
final class CommandSnapshot {

    /// The first version of a snapshot with orders by hand.
    private static final int VERSION_MANUAL = 2;

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
        List<Command> commands = tracker.newestOfAll();
        out.writeInt(commands.size());
        for (Command each : commands) {
            write(each, out);
        }
        List<Held> held = overrides.held();
        out.writeInt(held.size());
        for (Held each : held) {
            out.writeUTF(each.device());
            out.writeBoolean(each.turnOn());
            out.writeInt(each.priority());
            out.writeLong(each.sinceMicros());
            out.writeLong(each.untilMicros());
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
        int commands = in.readInt();
        for (int i = 0; i < commands; i++) {
            tracker.restore(readCommand(in));
        }
        int held = version >= VERSION_MANUAL ? in.readInt() : 0;
        for (int i = 0; i < held; i++) {
            overrides.hold(
                    new Held(
                            in.readUTF(),
                            in.readBoolean(),
                            in.readInt(),
                            in.readLong(),
                            in.readLong()));
        }
    }

    private static void write(Command c, DataOutputStream out) throws IOException {
        out.writeUTF(c.id());
        out.writeUTF(c.device());
        out.writeUTF(c.sensor());
        out.writeBoolean(c.turnOn());
        out.writeUTF(c.rule());
        out.writeDouble(c.average());
        out.writeLong(c.issuedAtMicros());
        out.writeLong(c.expiresAtMicros());
        out.writeLong(c.sequence());
        out.writeUTF(c.state().name());
    }

    private static Command readCommand(DataInputStream in) throws IOException {
        return new Command(
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readBoolean(),
                in.readUTF(),
                in.readDouble(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                Command.State.valueOf(in.readUTF()));
    }
}
