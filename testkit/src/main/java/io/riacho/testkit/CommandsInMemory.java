package io.riacho.testkit;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.Commands;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Commands that a test lists; nobody is told of them. Safe for use by many threads.
public final class CommandsInMemory implements Commands {

    private final List<Command> commands = new ArrayList<>();

    public synchronized void add(Command command) {
        commands.add(command);
    }

    @Override
    public Subscription subscribe(String device, Consumer<Command> listener) {
        return () -> {};
    }

    @Override
    public void acknowledge(String device, String commandId, Consumer<Acknowledgement> answer) {
        answer.accept(Acknowledgement.UNKNOWN);
    }

    @Override
    public synchronized Optional<Command> newest(String device) {
        return commands.reversed().stream().filter(c -> c.device().equals(device)).findFirst();
    }

    @Override
    public synchronized List<Command> newestOfAll() {
        return commands.stream()
                .map(Command::device)
                .distinct()
                .map(this::newest)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public synchronized int devices() {
        return (int) commands.stream().map(Command::device).distinct().count();
    }

    @Override
    public synchronized List<Command> recent(int limit) {
        return commands.reversed().stream().limit(limit).toList();
    }
}
