package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Commands;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/// Overrides by hand, and the way there.
///
/// The stream thread folds them in and clears them; any thread requests and asks. Bounded by the devices that
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

    /// By device, so that what is due together is cleared in an order that a replay repeats.
    private final ConcurrentSkipListMap<String, ActiveOverride> byDevice =
            new ConcurrentSkipListMap<>();

    /// @param devicesMax devices with commands that there may be, and about as many may be held
    public ManualOverrides(Orders orders, Commands commands, int devicesMax) {
        this.orders = orders;
        this.commands = commands;
        this.devicesMax = devicesMax;
    }

    @Override
    public void request(OverrideRequest request, Consumer<Answer> answer) {
        int unknown = 0;
        for (String each : request.devices()) {
            if (commands.newest(each).isEmpty() && !byDevice.containsKey(each)) {
                unknown++;
            }
        }
        switch (request) {
            case OverrideRequest.SetOverride _ -> {
                if (unknown > 0 && commands.devices() + unknown > devicesMax) {
                    answer.accept(Answer.TOO_MANY_DEVICES);
                    return;
                }
            }
            case OverrideRequest.ClearOverride _ -> {}
        }
        orders.journal(request, answer);
    }

    @Override
    public Optional<ActiveOverride> active(String device) {
        return Optional.ofNullable(byDevice.get(device));
    }

    @Override
    public List<ActiveOverride> active() {
        return List.copyOf(byDevice.values());
    }

    // --- the stream thread

    public void set(ActiveOverride held) {
        byDevice.put(held.device(), held);
    }

    public void clear(String device) {
        byDevice.remove(device);
    }

    /// Whether a hold ends by itself, so that time must be told.
    public boolean needsTicks() {
        for (Map.Entry<String, ActiveOverride> each : byDevice.entrySet()) {
            if (each.getValue().untilMicros() != ActiveOverride.UNTIL_CLEARED) {
                return true;
            }
        }
        return false;
    }

    /// What has ended by then, by device.
    public List<ActiveOverride> due(long nowMicros) {
        return byDevice.values().stream().filter(each -> each.untilMicros() <= nowMicros).toList();
    }
}
