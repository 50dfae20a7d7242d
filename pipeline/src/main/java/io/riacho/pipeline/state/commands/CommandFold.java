package io.riacho.pipeline.state.commands;

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
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.state.commands.CommandRecord.CommandExpirySet;
import io.riacho.pipeline.state.commands.CommandRecord.CommandMoved;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered.Mode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Folds desired states into commands: what rules and people want of each device, the command that
/// follows, and its states. The stream thread's.
public final class CommandFold {

    /// How long a command is worth carrying out before a record says otherwise. Journals rely on it: it
    /// never changes.
    public static final Duration EXPIRY_FIRST = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(CommandFold.class);

    private static final long REFUSED_LOG_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long EXPIRY_FIRST_MICROS = TimeUnit.MICROSECONDS.convert(EXPIRY_FIRST);

    /// Folds desired states only, which no rule set takes part in.
    private final StreamCore core;

    private long expiryMicros = EXPIRY_FIRST_MICROS;

    /// Desired states that were not taken since the log last said so.
    private long refusedSinceLogged;

    private boolean refusedLogged;
    private long refusedLoggedAtNanos;
    private final CommandTracker tracker;
    private final ManualOverrides overrides;
    private final Lake lake;
    private final LiveFeedPublisher feed;
    private final PipelineMetrics metrics;
    private final Map<String, DeviceState> devices = new LinkedHashMap<>();

    public CommandFold(
            StreamOptions streamOptions,
            CommandTracker tracker,
            ManualOverrides overrides,
            Lake lake,
            LiveFeedPublisher feed,
            PipelineMetrics metrics) {
        this.core = new StreamCore(streamOptions, RuleSet.NONE);
        this.tracker = tracker;
        this.overrides = overrides;
        this.lake = lake;
        this.feed = feed;
        this.metrics = metrics;
    }

    /// Folds one record.
    ///
    /// @param live whether devices and watchers are told
    public void replay(long position, CommandRecord record, boolean live) {
        switch (record) {
            case CommandMoved r -> moved(position, r, live);
            case CommandExpirySet r -> expiryMicros = r.expiryMicros();
            case ManuallyOrdered r -> manuallyOrdered(position, r, live);
        }
    }

    /// How long commands that are issued now are worth carrying out, as journaled.
    public Duration expiry() {
        return Duration.of(expiryMicros, ChronoUnit.MICROS);
    }

    /// Whether an order by hand ends at a time.
    public boolean needsTicks() {
        return overrides.needsTicks();
    }

    /// Clears the overrides that end by now.
    public void tick(long at, long timeMicros, boolean live) {
        for (ActiveOverride each : overrides.due(timeMicros)) {
            clear(at, each.device(), timeMicros, live);
        }
    }

    /// Folds the states that rules desire.
    ///
    /// @param nowMicros when they changed; 0 to take their own time
    public void desiredStates(
            long at, List<DesiredState> desiredStates, long nowMicros, boolean live) {
        for (DesiredState each : desiredStates) {
            DeviceOutcome outcome = core.apply(device(each.device()), each);
            if (outcome.refused()) {
                refused(each.device());
            }
            issue(at, outcome, nowMicros, live);
        }
    }

    private void manuallyOrdered(long at, ManuallyOrdered r, boolean live) {
        for (String device : r.devices()) {
            switch (r.mode()) {
                case RELEASE -> clear(at, device, r.atMicros(), live);
                case OFF, ON -> {
                    boolean on = r.mode() == Mode.ON;
                    overrides.set(
                            new ActiveOverride(
                                    device, on, r.priority(), r.atMicros(), r.untilMicros()));
                    force(at, device, true, on, r.priority(), r.atMicros(), live);
                }
            }
        }
    }

    private void clear(long at, String device, long nowMicros, boolean live) {
        Optional<ActiveOverride> held = overrides.active(device);
        if (held.isPresent()) {
            overrides.clear(device);
            force(at, device, false, held.get().turnOn(), held.get().priority(), nowMicros, live);
        }
    }

    private void force(
            long at,
            String device,
            boolean active,
            boolean turnOn,
            int priority,
            long nowMicros,
            boolean live) {
        // Of a device there is one such state, on behalf of no sensor and without an average.
        DesiredState desired =
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
        issue(at, core.force(device(device), desired), nowMicros, live);
    }

    private void refused(String device) {
        metrics.desiredStateRefused();
        refusedSinceLogged++;
        long now = System.nanoTime();
        if (!refusedLogged || now - refusedLoggedAtNanos >= REFUSED_LOG_NANOS) {
            refusedLogged = true;
            refusedLoggedAtNanos = now;
            LOG.warn(
                    "{} more desired states were not taken, the last one of the device {}: as many as"
                            + " there may be are desired of it. Let fewer rules or sensors speak for"
                            + " one device.",
                    refusedSinceLogged,
                    device);
            refusedSinceLogged = 0;
        }
    }

    private DeviceState device(String name) {
        return devices.computeIfAbsent(name, DeviceState::of);
    }

    private void issue(long at, DeviceOutcome outcome, long nowMicros, boolean live) {
        Transition transition = outcome.transition();
        if (transition == null) {
            return;
        }
        long from = Math.max(nowMicros, transition.issuedAtMicros());
        Command command =
                new Command(
                        CommandFields.of(transition), Command.State.ISSUED, from + expiryMicros);
        metrics.commandIssued();
        tracker.issued(command, live)
                .ifPresent(superseded ->
                        record(at, superseded, command.fields().issuedAtMicros(), live));
        record(at, command, command.fields().issuedAtMicros(), live);
    }

    private void moved(long at, CommandMoved r, boolean live) {
        tracker.moved(r.device(), r.commandId(), r.state(), r.expiresAtMicros(), live)
                .ifPresent(command -> record(at, command, r.atMicros(), live));
    }

    private void record(long at, Command command, long atMicros, boolean live) {
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
            feed.publish(new LiveCommand(command));
        }
    }

    /// Writes this part of a snapshot.
    public void writeTo(DataOutputStream out) throws IOException {
        CommandSnapshot.write(devices, tracker, overrides, out);
        out.writeLong(expiryMicros);
    }

    /// Reads what [#writeTo] wrote, into a fold that is new.
    public void readFrom(DataInputStream in, int version) throws IOException {
        CommandSnapshot.read(in, version, devices, tracker, overrides);
        if (version >= CommandSnapshot.VERSION_RECENT) {
            expiryMicros = in.readLong();
        }
    }
}
