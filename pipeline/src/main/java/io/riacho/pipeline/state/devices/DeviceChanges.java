package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Report;
import org.jspecify.annotations.Nullable;

/// A device before and after an event.
final class DeviceChanges {

    private DeviceChanges() {}

    /// A device of which nothing is known but its id.
    static Device of(String id, long atMicros) {
        return new Device(id, false, atMicros, atMicros, "", "", 0, "", null, null, null);
    }

    static Device connected(Device device, DeviceEvent.Connected event) {
        return new Device(
                device.id(),
                true,
                device.online() ? device.sinceMicros() : event.atMicros(),
                Math.max(device.lastSeenMicros(), event.atMicros()),
                event.address(),
                event.client(),
                event.graceMillis(),
                "",
                device.status(),
                device.error(),
                device.diagnostics());
    }

    static Device left(Device device, DeviceEvent.Left event) {
        return new Device(
                device.id(),
                false,
                event.atMicros(),
                Math.max(device.lastSeenMicros(), event.lastSeenMicros()),
                device.address(),
                device.client(),
                device.graceMillis(),
                event.reason(),
                device.status(),
                device.error(),
                device.diagnostics());
    }

    static Device seen(Device device, long atMicros) {
        return with(device, atMicros, device.status(), device.error(), device.diagnostics());
    }

    static Device reported(Device device, DeviceEvent.Reported event) {
        @Nullable Report status = device.status();
        @Nullable Report error = device.error();
        @Nullable Report diagnostics = device.diagnostics();
        long at = event.atMicros();
        return switch (event.kind()) {
            case STATUS -> with(device, at, next(status, event), error, diagnostics);
            case ERROR -> with(device, at, status, next(error, event), diagnostics);
            case DIAGNOSTICS -> with(device, at, status, error, next(diagnostics, event));
        };
    }

    private static Device with(
            Device device,
            long seenAtMicros,
            @Nullable Report status,
            @Nullable Report error,
            @Nullable Report diagnostics) {
        return new Device(
                device.id(),
                device.online(),
                device.sinceMicros(),
                Math.max(device.lastSeenMicros(), seenAtMicros),
                device.address(),
                device.client(),
                device.graceMillis(),
                device.reason(),
                status,
                error,
                diagnostics);
    }

    private static Report next(@Nullable Report before, DeviceEvent.Reported event) {
        return new Report(event.text(), event.atMicros(), before == null ? 1 : before.count() + 1);
    }
}
