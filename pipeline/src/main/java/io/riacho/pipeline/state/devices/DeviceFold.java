package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Device;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The devices by id, and how each event changes them. One thread folds; any thread looks.
///
/// At most `devicesMax`: a further device takes the place of the one that is offline for longest; when all
/// are online, it is not taken and only counted. Which one goes follows from the events alone, so a
/// replay keeps the same ones.
final class DeviceFold {

    private final int devicesMax;
    private final ConcurrentHashMap<String, Device> devices = new ConcurrentHashMap<>();

    /// Those that are offline, for longest first.
    private final LinkedHashMap<String, Boolean> offline = new LinkedHashMap<>();

    private volatile int offlineCount;
    private volatile long notTaken;
    private volatile int unknown;

    DeviceFold(int devicesMax) {
        this.devicesMax = devicesMax;
    }

    @Nullable Device get(String id) {
        return devices.get(id);
    }

    List<Device> all() {
        return List.copyOf(devices.values());
    }

    int size() {
        return devices.size();
    }

    int offline() {
        return offlineCount;
    }

    /// How many of those that are not online neither connected nor said so.
    int unknown() {
        return unknown;
    }

    /// Events of devices for which there was no place.
    long notTaken() {
        return notTaken;
    }

    /// Folds an event.
    ///
    /// @return whether it changed more than when a device was last seen
    boolean fold(DeviceEvent event) {
        return switch (event) {
            case DeviceEvent.Connected e -> {
                Optional<Device> before = find(e.device(), e.atMicros());
                if (before.isEmpty()) {
                    yield false;
                }
                Device after = DeviceChanges.connected(before.get(), e);
                put(after);
                yield !before.get().online()
                        || !before.get().address().equals(after.address())
                        || !before.get().client().equals(after.client());
            }
            case DeviceEvent.Left e -> {
                Device before = devices.get(e.device());
                if (before == null || !(before.online() || before.isUnknown())) {
                    yield false;
                }
                put(DeviceChanges.left(before, e));
                yield true;
            }
            case DeviceEvent.Reported e -> {
                Optional<Device> before = find(e.device(), e.atMicros());
                before.ifPresent(device -> put(DeviceChanges.reported(device, e)));
                yield before.isPresent();
            }
            case DeviceEvent.Seen e -> {
                for (String each : e.devices()) {
                    Device before = devices.get(each);
                    if (before != null) {
                        devices.put(each, DeviceChanges.seen(before, e.atMicros()));
                    }
                }
                yield false;
            }
        };
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void put(Device device) {
        Device before = devices.put(device.id(), device);
        unknown += (device.isUnknown() ? 1 : 0) - (before != null && before.isUnknown() ? 1 : 0);
        if (device.online()) {
            offline.remove(device.id());
        } else if (before == null || before.online()) {
            offline.put(device.id(), true);
        }
        offlineCount = offline.size();
    }

    /// The device, or a new one; empty when there is no place for it.
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private Optional<Device> find(String id, long atMicros) {
        Device known = devices.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        if (devices.size() >= devicesMax) {
            Map.Entry<String, Boolean> eldest = offline.firstEntry();
            if (eldest == null) {
                notTaken++;
                return Optional.empty();
            }
            offline.remove(eldest.getKey());
            Device gone = devices.remove(eldest.getKey());
            unknown -= gone != null && gone.isUnknown() ? 1 : 0;
        }
        return Optional.of(DeviceChanges.of(id, atMicros));
    }

    void writeTo(DataOutput out) throws IOException {
        List<Device> all = new ArrayList<>();
        for (String each : offline.keySet()) {
            Device device = devices.get(each);
            if (device != null) {
                all.add(device);
            }
        }
        devices.values().stream()
                .filter(Device::online)
                .sorted(Comparator.comparing(Device::id))
                .forEach(all::add);
        DeviceSnapshot.write(all, out);
    }

    /// Reads what [#writeTo] wrote, into a fold that is new.
    void readFrom(DataInput in) throws IOException {
        DeviceSnapshot.read(in, this::put);
    }
}
