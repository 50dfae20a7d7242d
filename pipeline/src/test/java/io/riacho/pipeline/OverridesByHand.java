package io.riacho.pipeline;

import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides;
import io.riacho.api.commands.Overrides.ActiveOverride;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A person who switches a simulation's devices, and remembers what a server said that it did.
final class OverridesByHand {

    /// What an order says of a device.
    private enum Wanted {
        ON,
        OFF,
        RELEASED
    }

    /// @param untilMicros when it ends by itself, [ActiveOverride#UNTIL_CLEARED] if it does not
    private record Order(String device, Wanted wanted, long untilMicros) {}

    private static final Order NONE = new Order("", Wanted.RELEASED, ActiveOverride.UNTIL_CLEARED);

    private final SplittableRandom random;
    private final Map<String, Order> done = new HashMap<>();
    private final Deque<Order> unanswered = new ArrayDeque<>();

    OverridesByHand(SplittableRandom random) {
        this.random = random;
    }

    void give(Overrides commands, long nowMicros) {
        List<String> devices =
                random.nextInt(4) == 0 ? List.of("s0", "s2") : List.of("s" + random.nextInt(3));
        Wanted wanted = Wanted.values()[random.nextInt(3)];
        Duration holdFor = random.nextBoolean() ? Duration.ofSeconds(random.nextInt(1, 60)) : null;
        long until =
                holdFor == null || wanted == Wanted.RELEASED
                        ? ActiveOverride.UNTIL_CLEARED
                        : nowMicros + holdFor.toMillis() * 1_000;
        List<Order> orders = new ArrayList<>();
        devices.forEach(device -> orders.add(new Order(device, wanted, until)));
        unanswered.addAll(orders);
        commands.request(
                wanted == Wanted.RELEASED
                        ? new OverrideRequest.ClearOverride(devices)
                        : new OverrideRequest.SetOverride(devices, wanted == Wanted.ON, holdFor),
                answer -> {
                    switch (answer) {
                        case DONE -> {
                            unanswered.removeAll(orders);
                            orders.forEach(order -> done.put(order.device(), order));
                        }
                        // The disk is full: nothing was stored. After a failed sync nobody knows.
                        case FAILED, TOO_MANY_DEVICES -> {}
                    }
                });
    }

    /// After a recovery: every device is held as the last order that was answered says, or a later one
    /// that was not.
    void check(Overrides commands, long nowMicros, List<String> violations) {
        for (int i = 0; i < 3; i++) {
            String device = "s" + i;
            ActiveOverride held = commands.active(device).orElse(null);
            List<Order> possible = new ArrayList<>();
            possible.add(done.getOrDefault(device, NONE));
            unanswered.stream()
                    .filter(order -> order.device().equals(device))
                    .forEach(possible::add);
            Order actual =
                    possible.stream()
                            .filter(order -> fits(order, held, nowMicros))
                            .findFirst()
                            .orElse(null);
            if (actual == null) {
                violations.add(device + " is held as " + held + ", the orders were " + possible);
            } else {
                done.put(device, held == null ? NONE : actual);
            }
        }
        unanswered.clear();
    }

    private static boolean fits(Order order, @Nullable ActiveOverride held, long nowMicros) {
        if (held == null) {
            return order.wanted() == Wanted.RELEASED || order.untilMicros() <= nowMicros;
        }
        return order.wanted() == (held.turnOn() ? Wanted.ON : Wanted.OFF)
                && order.untilMicros() == held.untilMicros();
    }
}
