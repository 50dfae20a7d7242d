package io.riacho.server.testing;

import io.riacho.server.actuation.ManualCommands;
import io.riacho.server.actuation.ManualOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Orders that a test lists; nothing follows from them. Safe for use by many threads.
public final class OrdersThatAreAnsweredAtOnce implements ManualCommands {

    private final CopyOnWriteArrayList<ManualOrder> orders = new CopyOnWriteArrayList<>();
    private volatile Answer answer = Answer.DONE;

    /// What every order comes to from now on.
    public void answerWith(Answer next) {
        answer = next;
    }

    public List<ManualOrder> orders() {
        return List.copyOf(orders);
    }

    @Override
    public void order(ManualOrder order, Consumer<Answer> to) {
        orders.add(order);
        to.accept(answer);
    }

    @Override
    public Optional<Held> held(String device) {
        return Optional.empty();
    }

    @Override
    public List<Held> held() {
        return List.of();
    }
}
