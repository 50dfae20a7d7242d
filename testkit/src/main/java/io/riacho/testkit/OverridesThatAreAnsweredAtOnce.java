package io.riacho.testkit;

import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Requests for overrides that a test lists; nothing follows from them. Safe for use by many threads.
public final class OverridesThatAreAnsweredAtOnce implements Overrides {

    private final CopyOnWriteArrayList<OverrideRequest> orders = new CopyOnWriteArrayList<>();
    private volatile Answer answer = Answer.DONE;

    /// What every request comes to from now on.
    public void answerWith(Answer next) {
        answer = next;
    }

    public List<OverrideRequest> orders() {
        return List.copyOf(orders);
    }

    @Override
    public void request(OverrideRequest request, Consumer<Answer> to) {
        orders.add(request);
        to.accept(answer);
    }

    @Override
    public Optional<ActiveOverride> active(String device) {
        return Optional.empty();
    }

    @Override
    public List<ActiveOverride> active() {
        return List.of();
    }
}
