package io.riacho.pipeline;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandDelivery;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Devices of a simulation that take commands and acknowledge some, also long after others followed.
final class CommandsUnderTest {

    private static final int REMEMBERED_MAX = 30;

    private final SplittableRandom random;
    private final List<Command> taken = new ArrayList<>();
    private boolean subscribed;

    CommandsUnderTest(SplittableRandom random) {
        this.random = random;
    }

    /// Those who subscribed are gone; what they took they still have.
    void afterRecovery() {
        subscribed = false;
    }

    void act(CommandDelivery commands) {
        if (!subscribed && random.nextBoolean()) {
            subscribed = true;
            for (String each : List.of("s0", "s1", "s2-fan", "fan")) {
                var _ = commands.subscribe(each, this::take);
            }
            return;
        }
        List<Command> known = random.nextBoolean() ? taken : commands.recent(REMEMBERED_MAX);
        if (!known.isEmpty()) {
            Command one = known.get(random.nextInt(known.size()));
            commands.acknowledge(one.device(), one.id(), _ -> {});
        }
    }

    private void take(Command command) {
        taken.add(command);
        if (taken.size() > REMEMBERED_MAX) {
            taken.removeFirst();
        }
    }
}
