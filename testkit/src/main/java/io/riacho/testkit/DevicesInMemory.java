package io.riacho.testkit;

import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Presence;
import io.riacho.api.devices.Devices;
import io.riacho.api.devices.Traffic;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Devices that a test lists, each as its last event said. Safe for use by many threads.
public final class DevicesInMemory implements Devices {

    private final CopyOnWriteArrayList<Device> devices = new CopyOnWriteArrayList<>();

    public void add(Device device) {
        devices.add(device);
    }

    @Override
    public Optional<Device> device(String id) {
        return devices.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    @Override
    public Presence presence(Device device) {
        return device.online() ? Presence.ONLINE : Presence.OFFLINE;
    }

    @Override
    public Optional<Traffic> traffic(String device) {
        return Optional.empty();
    }

    @Override
    public Counts counts() {
        int online = Math.toIntExact(devices.stream().filter(Device::online).count());
        return new Counts(online, 0, devices.size() - online, 0);
    }

    @Override
    public List<Device> all() {
        return List.copyOf(devices);
    }
}
