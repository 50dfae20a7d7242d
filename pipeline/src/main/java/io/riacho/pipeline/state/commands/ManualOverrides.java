package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Commands;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/// Holds on or off by hand, and the way there.
///
/// The stream thread folds holds and releases; any thread orders and asks. Bounded by the devices that
/// may be known.
public final class ManualOverrides implements Overrides {

    /// The rule's name that manual commands bear.
    public static final String RULE = "manual";

    /// Journals an order.
    public interface Orders {
        /// Journals it; the answer comes once it is folded, on a thread of the pipeline.
        void journal(OverrideRequest order, Consumer<Answer> answer);
    }

    private final Orders orders;
    private final Commands commands;
    private final int devicesMax;

    /// By device, so that what is due together is released in an order that a replay repeats.
    private final ConcurrentSkipListMap<String, Held> heldByDevice = new ConcurrentSkipListMap<>();

    /// @param devicesMax devices with commands that there may be, and about as many may be held
    public ManualOverrides(Orders orders, Commands commands, int devicesMax) {
        this.orders = orders;
        this.commands = commands;
        this.devicesMax = devicesMax;
    }

    @Override
    public void order(OverrideRequest order, Consumer<Answer> answer) {
        int unknown = 0;
        for (String each : order.devices()) {
            if (commands.newest(each).isEmpty() && !heldByDevice.containsKey(each)) {
                unknown++;
            }
        }
        switch (order) {
            case OverrideRequest.Hold _ -> {
                if (unknown > 0 && commands.devices() + unknown > devicesMax) {
                    answer.accept(Answer.TOO_MANY_DEVICES);
                    return;
                }
            }
            case OverrideRequest.Release _ -> {}
        }
        orders.journal(order, answer);
    }

    @Override
    public Optional<Held> held(String device) {
        return Optional.ofNullable(heldByDevice.get(device));
    }

    @Override
    public List<Held> held() {
        return List.copyOf(heldByDevice.values());
    }

    // --- the stream thread

    public void hold(Held held) {
        heldByDevice.put(held.device(), held);
    }

    public void release(String device) {
        heldByDevice.remove(device);
    }

    /// Whether a hold ends by itself, so that time must be told.
    public boolean needsTicks() {
        for (Map.Entry<String, Held> each : heldByDevice.entrySet()) {
            if (each.getValue().untilMicros() != Held.UNTIL_RELEASED) {
                return true;
            }
        }
        return false;
    }

    /// What has ended by then, by device.
    public List<Held> due(long nowMicros) {
        return heldByDevice.values().stream()
                .filter(each -> each.untilMicros() <= nowMicros)
                .toList();
    }
}
