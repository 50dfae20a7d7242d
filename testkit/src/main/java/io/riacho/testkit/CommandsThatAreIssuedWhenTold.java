package io.riacho.testkit;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.Commands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Commands whose test is the rules: [#issue] tells subscribers on the test's thread, and what an
/// acknowledgement comes to is as [#answerWith] says.
public final class CommandsThatAreIssuedWhenTold implements Commands {

    private record Subscriber(String device, Consumer<Command> listener) {}

    private final CopyOnWriteArrayList<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final Map<String, Command> newest = Collections.synchronizedMap(new LinkedHashMap<>());
    private final CopyOnWriteArrayList<String> acknowledged = new CopyOnWriteArrayList<>();
    private volatile Acknowledgement answer = Acknowledgement.ACCEPTED;

    /// Issues a command to its device.
    public void issue(Command command) {
        newest.put(command.device(), command);
        for (Subscriber subscriber : subscribers) {
            if (subscriber.device.equals(command.device())) {
                subscriber.listener.accept(command);
            }
        }
    }

    /// What every acknowledgement comes to from now on.
    public void answerWith(Acknowledgement outcome) {
        answer = outcome;
    }

    @Override
    public Subscription subscribe(String device, Consumer<Command> listener) {
        Subscriber subscriber = new Subscriber(device, listener);
        subscribers.add(subscriber);
        Command waiting = newest.get(device);
        if (waiting != null) {
            listener.accept(waiting);
        }
        return () -> subscribers.remove(subscriber);
    }

    @Override
    public void acknowledge(String device, String commandId, Consumer<Acknowledgement> to) {
        acknowledged.add(device + "/" + commandId);
        to.accept(answer);
    }

    @Override
    public Optional<Command> newest(String device) {
        return Optional.ofNullable(newest.get(device));
    }

    @Override
    public List<Command> newestOfAll() {
        return List.copyOf(newest.values());
    }

    @Override
    public int devices() {
        return newest.size();
    }

    @Override
    public List<Command> recent(int limit) {
        List<Command> all = new ArrayList<>(newest.values()).reversed();
        return List.copyOf(all.subList(0, Math.min(limit, all.size())));
    }

    /// What was acknowledged, as `device/command`.
    public List<String> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /// How many subscriptions are open.
    public int subscriptions() {
        return subscribers.size();
    }
}
