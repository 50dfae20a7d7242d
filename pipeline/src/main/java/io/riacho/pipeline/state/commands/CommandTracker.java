package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandDelivery;
import io.riacho.api.commands.CommandSender;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tracks each device's newest command from issued to acknowledged or expired, and who waits for it.
///
/// The stream thread folds commands and their changes in ([#issued], [#moved]); any thread
/// subscribes, acknowledges and asks. What must survive goes through the journal first, by
/// [Transitions]. Bounded: one newest command per device, and the last [#RECENT_MAX] of all.
public final class CommandTracker implements CommandDelivery {

    /// Commands that are kept beside each device's newest.
    public static final int RECENT_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(CommandTracker.class);

    /// Journals a change of a command's state.
    public interface Transitions {
        /// Journals it; the answer, whether it is durable, comes on a thread of the pipeline.
        void journal(Command command, Command.State next, Consumer<Boolean> answer);
    }

    private final Transitions transitions;
    private final ConcurrentHashMap<String, Command> newestByDevice = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, CopyOnWriteArrayList<Consumer<Command>>> subscribers =
            new ConcurrentHashMap<>();

    private final CopyOnWriteArrayList<CommandSender> senders = new CopyOnWriteArrayList<>();

    /// By id, oldest first; guarded by itself.
    private final LinkedHashMap<String, Command> recent = new LinkedHashMap<>();

    public CommandTracker(Transitions transitions) {
        this.transitions = transitions;
    }

    /// Another way to devices from now on. What was issued before, it asks for.
    @Override
    public void addSender(CommandSender sender) {
        senders.add(sender);
    }

    // --- the stream thread

    /// A device's newest command; the one before it is superseded unless it was carried out.
    ///
    /// @param deliver false while the journal is replayed
    /// @return the command that it superseded, or empty
    public Optional<Command> issued(Command command, boolean deliver) {
        Command before = newestByDevice.put(command.device(), command);
        remember(command);
        Optional<Command> superseded = Optional.empty();
        if (before != null && before.isOpen()) {
            Command gone = before.moved(Command.State.SUPERSEDED, before.expiresAtMicros());
            remember(gone);
            superseded = Optional.of(gone);
        }
        if (deliver) {
            deliver(command);
        }
        return superseded;
    }

    private void deliver(Command command) {
        List<Consumer<Command>> listeners = subscribers.get(command.device());
        if (listeners != null && !listeners.isEmpty()) {
            deliver(command, listeners);
        }
        for (CommandSender each : senders) {
            try {
                each.send(command);
            } catch (RuntimeException e) {
                // A mistake there must not stop the path.
                LOG.error("Command {} could not be sent", command.id(), e);
            }
        }
    }

    /// A command's change of state became durable. One that came too late (sent after it was
    /// delivered, say) changes nothing.
    ///
    /// @param deliver false while the journal is replayed
    /// @return the command after it; empty when it does not change
    public Optional<Command> moved(
            String device,
            String commandId,
            Command.State state,
            long expiresAtMicros,
            boolean deliver) {
        Command newest = newestByDevice.get(device);
        if (newest != null && newest.id().equals(commandId)) {
            if (!newest.state().leadsTo(state)) {
                return Optional.empty();
            }
            Command after = newest.moved(state, expiresAtMicros);
            newestByDevice.put(device, after);
            remember(after);
            if (deliver && state == Command.State.ISSUED) {
                deliver(after);
            }
            return Optional.of(after);
        }
        synchronized (recent) {
            Command older = recent.get(commandId);
            if (older == null || state != Command.State.ACKNOWLEDGED) {
                return Optional.empty();
            }
            Command after = older.moved(state, expiresAtMicros);
            recent.put(commandId, after);
            return Optional.of(after);
        }
    }

    /// For recovery: commands as the snapshot has them.
    ///
    /// @param newest of each device
    /// @param recentCommands those that are kept beside, oldest first
    void restore(List<Command> newest, List<Command> recentCommands) {
        newest.forEach(each -> newestByDevice.put(each.device(), each));
        recentCommands.forEach(this::remember);
    }

    /// The last [#RECENT_MAX] commands, in the order of their last changes.
    List<Command> recentOldestFirst() {
        synchronized (recent) {
            return List.copyOf(recent.values());
        }
    }

    @Override
    public List<Command> newestOfAll() {
        return List.copyOf(newestByDevice.values());
    }

    private void remember(Command command) {
        synchronized (recent) {
            recent.remove(command.id());
            recent.put(command.id(), command);
            if (recent.size() > RECENT_MAX) {
                var eldest = recent.entrySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
    }

    // --- any thread

    @Override
    public Subscription subscribe(String device, Consumer<Command> listener) {
        subscribers.compute(
                device,
                (_, present) -> {
                    var listeners =
                            present == null
                                    ? new CopyOnWriteArrayList<Consumer<Command>>()
                                    : present;
                    listeners.add(listener);
                    return listeners;
                });
        Command newest = newestByDevice.get(device);
        if (newest != null && newest.state() == Command.State.EXPIRED) {
            // It comes with its new expiry.
            renew(newest);
        } else if (newest != null && newest.isOpen()) {
            deliver(newest, List.of(listener));
        }
        return () ->
                subscribers.computeIfPresent(
                        device,
                        (_, listeners) -> {
                            listeners.remove(listener);
                            return listeners.isEmpty() ? null : listeners;
                        });
    }

    private void deliver(Command command, List<Consumer<Command>> listeners) {
        boolean taken = false;
        for (Consumer<Command> each : listeners) {
            try {
                each.accept(command);
                taken = true;
            } catch (RuntimeException e) {
                LOG.error("A subscriber for device {} failed", command.device(), e);
            }
        }
        if (taken) {
            sent(command);
        }
    }

    /// A command was given to somebody for its device.
    @Override
    public void sent(Command command) {
        journalIfItLeadsTo(command, Command.State.SENT);
    }

    /// The device's side took a command over.
    @Override
    public void delivered(Command command) {
        journalIfItLeadsTo(command, Command.State.DELIVERED);
    }

    /// Issues an expired command again, with a new expiry: somebody is there for it.
    @Override
    public void renew(Command command) {
        journalIfItLeadsTo(command, Command.State.ISSUED);
    }

    private void journalIfItLeadsTo(Command command, Command.State next) {
        Command newest = newestByDevice.get(command.device());
        if (newest != null && newest.id().equals(command.id()) && newest.state().leadsTo(next)) {
            transitions.journal(newest, next, _ -> {});
        }
    }

    @Override
    public void acknowledge(String device, String commandId, Consumer<Acknowledgement> answer) {
        Command command = find(device, commandId);
        if (command == null) {
            answer.accept(Acknowledgement.UNKNOWN);
        } else if (command.state() == Command.State.ACKNOWLEDGED) {
            answer.accept(Acknowledgement.ACCEPTED);
        } else {
            transitions.journal(
                    command,
                    Command.State.ACKNOWLEDGED,
                    durable ->
                            answer.accept(
                                    durable ? Acknowledgement.ACCEPTED : Acknowledgement.FAILED));
        }
    }

    private @Nullable Command find(String device, String commandId) {
        Command newest = newestByDevice.get(device);
        if (newest != null && newest.id().equals(commandId)) {
            return newest;
        }
        synchronized (recent) {
            Command known = recent.get(commandId);
            return known != null && known.device().equals(device) ? known : null;
        }
    }

    @Override
    public Optional<Command> newest(String device) {
        return Optional.ofNullable(newestByDevice.get(device));
    }

    @Override
    public int devices() {
        return newestByDevice.size();
    }

    @Override
    public List<Command> recent(int limit) {
        synchronized (recent) {
            List<Command> all = new ArrayList<>(recent.values());
            List<Command> newestFirst = all.reversed();
            return List.copyOf(newestFirst.subList(0, Math.min(limit, newestFirst.size())));
        }
    }

    /// Journals the expiry of open commands whose time is over. Any one thread, now and then.
    public void expire(long nowMicros) {
        for (Map.Entry<String, Command> each : newestByDevice.entrySet()) {
            Command command = each.getValue();
            if (command.isOpen()
                    && command.state() != Command.State.EXPIRED
                    && command.expiresAtMicros() <= nowMicros) {
                transitions.journal(command, Command.State.EXPIRED, _ -> {});
            }
        }
    }
}
