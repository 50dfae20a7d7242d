package io.riacho.pipeline;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandFields;
import io.riacho.api.commands.Overrides.ActiveOverride;
import io.riacho.api.live.LiveCommand;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.DesiredState;
import io.riacho.core.stream.DeviceOutcome;
import io.riacho.core.stream.DeviceState;
import io.riacho.core.stream.StreamCore;
import io.riacho.core.stream.StreamOptions;
import io.riacho.core.stream.Transition;
import io.riacho.lake.CommandRow;
import io.riacho.lake.Lake;
import io.riacho.pipeline.JournalRecord.CommandMoved;
import io.riacho.pipeline.JournalRecord.ManuallyOrdered;
import io.riacho.pipeline.JournalRecord.ManuallyOrdered.Mode;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.state.commands.CommandTracker;
import io.riacho.pipeline.state.commands.ManualOverrides;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// From wishes to commands: what rules and people wish of each device, the command that follows, and
/// its states. The stream thread's.
final class CommandFold {

    /// Folds wishes only, which no rule set takes part in.
    private final StreamCore core;

    private final long expiryMicros;
    private final CommandTracker book;
    private final ManualOverrides manual;
    private final Lake lake;
    private final LiveFeedPublisher hub;
    private final PipelineMetrics metrics;
    private final Map<String, DeviceState> devices = new LinkedHashMap<>();
    private boolean live;

    CommandFold(
            StreamOptions streamOptions,
            Duration expiry,
            CommandTracker book,
            ManualOverrides manual,
            Lake lake,
            LiveFeedPublisher hub,
            PipelineMetrics metrics) {
        this.core = new StreamCore(streamOptions, RuleSet.NONE);
        this.expiryMicros = TimeUnit.NANOSECONDS.toMicros(expiry.toNanos());
        this.book = book;
        this.manual = manual;
        this.lake = lake;
        this.hub = hub;
        this.metrics = metrics;
    }

    /// From here on devices and watchers are told.
    void goLive() {
        live = true;
    }

    /// Whether an order by hand ends at a time.
    boolean needsTicks() {
        return manual.needsTicks();
    }

    void tick(long at, long timeMicros) {
        for (ActiveOverride each : manual.due(timeMicros)) {
            release(at, each.device(), timeMicros);
        }
    }

    /// @param nowMicros when the wishes changed; 0 to take the wishes' own time
    void wishes(long at, List<DesiredState> wishes, long nowMicros) {
        for (DesiredState wish : wishes) {
            issue(at, core.apply(device(wish.device()), wish), nowMicros);
        }
    }

    void manuallyOrdered(long at, ManuallyOrdered r) {
        for (String device : r.devices()) {
            switch (r.mode()) {
                case RELEASE -> release(at, device, r.atMicros());
                case OFF, ON -> {
                    boolean on = r.mode() == Mode.ON;
                    manual.hold(
                            new ActiveOverride(
                                    device, on, r.priority(), r.atMicros(), r.untilMicros()));
                    insist(at, device, true, on, r.priority(), r.atMicros());
                }
            }
        }
    }

    private void release(long at, String device, long nowMicros) {
        Optional<ActiveOverride> held = manual.active(device);
        if (held.isPresent()) {
            manual.release(device);
            insist(at, device, false, held.get().turnOn(), held.get().priority(), nowMicros);
        }
    }

    private void insist(
            long at, String device, boolean active, boolean turnOn, int priority, long nowMicros) {
        // Of a device there is one such wish, on behalf of no sensor and without an average.
        DesiredState wish =
                new DesiredState(
                        at,
                        ManualOverrides.RULE,
                        ManualOverrides.RULE,
                        "",
                        "",
                        device,
                        active,
                        turnOn,
                        priority,
                        Double.NaN,
                        nowMicros);
        issue(at, core.force(device(device), wish), nowMicros);
    }

    private DeviceState device(String name) {
        return devices.computeIfAbsent(name, DeviceState::of);
    }

    private void issue(long at, DeviceOutcome outcome, long nowMicros) {
        Transition transition = outcome.transition();
        if (transition == null) {
            return;
        }
        long from = Math.max(nowMicros, transition.issuedAtMicros());
        Command command =
                new Command(
                        CommandFields.of(transition), Command.State.ISSUED, from + expiryMicros);
        metrics.commandIssued();
        book.issued(command, live)
                .ifPresent(superseded -> record(at, superseded, command.fields().issuedAtMicros()));
        record(at, command, command.fields().issuedAtMicros());
    }

    void moved(long at, CommandMoved r) {
        book.moved(r.device(), r.commandId(), r.state(), r.expiresAtMicros(), live)
                .ifPresent(command -> record(at, command, r.atMicros()));
    }

    private void record(long at, Command command, long atMicros) {
        CommandFields fields = command.fields();
        lake.appendCommandEvent(
                at,
                new CommandRow(
                        fields.id(),
                        fields.device(),
                        fields.sensor(),
                        fields.rule(),
                        fields.turnOn(),
                        fields.average(),
                        fields.sequence(),
                        command.state().name().toLowerCase(Locale.ROOT),
                        atMicros,
                        fields.issuedAtMicros(),
                        command.expiresAtMicros()));
        if (live) {
            hub.publish(new LiveCommand(command));
        }
    }

    /// Writes the devices and the newest command of each.
    void writeTo(DataOutputStream out) throws IOException {
        out.writeInt(devices.size());
        for (DeviceState each : devices.values()) {
            each.writeTo(out);
        }
        List<Command> commands = book.newestOfAll();
        out.writeInt(commands.size());
        for (Command each : commands) {
            write(each, out);
        }
    }

    /// Reads what [#writeTo] wrote, into a fold that is new.
    void readFrom(DataInputStream in) throws IOException {
        int deviceCount = in.readInt();
        for (int i = 0; i < deviceCount; i++) {
            DeviceState device = DeviceState.readFrom(in);
            devices.put(device.device(), device);
        }
        int commands = in.readInt();
        for (int i = 0; i < commands; i++) {
            book.restore(readCommand(in));
        }
    }

    /// Writes the orders by hand that hold.
    void writeHeldTo(DataOutputStream out) throws IOException {
        List<ActiveOverride> held = manual.active();
        out.writeInt(held.size());
        for (ActiveOverride each : held) {
            out.writeUTF(each.device());
            out.writeBoolean(each.turnOn());
            out.writeInt(each.priority());
            out.writeLong(each.sinceMicros());
            out.writeLong(each.untilMicros());
        }
    }

    /// Reads what [#writeHeldTo] wrote.
    void readHeldFrom(DataInputStream in) throws IOException {
        int held = in.readInt();
        for (int i = 0; i < held; i++) {
            manual.hold(
                    new ActiveOverride(
                            in.readUTF(),
                            in.readBoolean(),
                            in.readInt(),
                            in.readLong(),
                            in.readLong()));
        }
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
