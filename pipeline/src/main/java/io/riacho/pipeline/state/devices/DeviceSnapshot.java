package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Device;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Devices that connect in a snapshot, as `docs/formats/snapshot.md` specifies them.
final class DeviceSnapshot {

    private DeviceSnapshot() {}

    static void write(List<Device> devices, DataOutput out) throws IOException {
        out.writeInt(devices.size());
        for (Device each : devices) {
            write(each, out);
        }
    }

    /// Reads what [#write] wrote, in the same order.
    static void read(DataInput in, Consumer<Device> into) throws IOException {
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            into.accept(read(in));
        }
    }

    private static void write(Device d, DataOutput out) throws IOException {
        out.writeUTF(d.id());
        out.writeBoolean(d.online());
        out.writeLong(d.sinceMicros());
        out.writeLong(d.lastSeenMicros());
        out.writeUTF(d.address());
        out.writeUTF(d.client());
        out.writeInt(d.graceMillis());
        out.writeUTF(d.reason());
        write(d.status(), out);
        write(d.error(), out);
        write(d.diagnostics(), out);
    }

    private static Device read(DataInput in) throws IOException {
        return new Device(
                in.readUTF(),
                in.readBoolean(),
                in.readLong(),
                in.readLong(),
                in.readUTF(),
                in.readUTF(),
                in.readInt(),
                in.readUTF(),
                readReport(in),
                readReport(in),
                readReport(in));
    }

    private static void write(Device.@Nullable Report report, DataOutput out) throws IOException {
        out.writeLong(report == null ? 0 : report.count());
        if (report != null) {
            out.writeLong(report.atMicros());
            out.writeUTF(report.text());
        }
    }

    private static Device.@Nullable Report readReport(DataInput in) throws IOException {
        long count = in.readLong();
        if (count == 0) {
            return null;
        }
        long at = in.readLong();
        return new Device.Report(in.readUTF(), at, count);
    }
}
