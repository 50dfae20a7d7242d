package io.riacho.pipeline.state.devices;

import io.riacho.api.live.LiveDevice;
import io.riacho.lake.Lake;
import io.riacho.pipeline.live.LiveFeedPublisher;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Locale;

/// Folds device events into [DevicePresence], and what changed by them into the lake and the live
/// feed. The stream thread's.
public final class DeviceEventFold {

    /// The first version of a snapshot with devices that connect.
    private static final int VERSION_DEVICES = 4;

    private final DevicePresence presence;
    private final Lake lake;
    private final LiveFeedPublisher feed;

    public DeviceEventFold(DevicePresence presence, Lake lake, LiveFeedPublisher feed) {
        this.presence = presence;
        this.lake = lake;
        this.feed = feed;
    }

    /// Folds one record.
    ///
    /// @param live whether watchers are told
    public void replay(long position, DeviceEvent event, boolean live) {
        boolean changed = presence.fold(event);
        if (live && feed.isWatched()) {
            for (String each : event.devices()) {
                presence.device(each).ifPresent(device -> feed.publish(new LiveDevice(device)));
            }
        }
        if (changed) {
            record(position, event);
        }
    }

    private void record(long at, DeviceEvent event) {
        switch (event) {
            case DeviceEvent.Connected e ->
                    lake.appendDeviceEvent(at, e.device(), "online", e.detail(), e.atMicros());
            case DeviceEvent.Left e ->
                    lake.appendDeviceEvent(at, e.device(), "offline", e.reason(), e.atMicros());
            case DeviceEvent.Reported e ->
                    lake.appendDeviceEvent(
                            at,
                            e.device(),
                            e.kind().name().toLowerCase(Locale.ROOT),
                            e.text(),
                            e.atMicros());
            case DeviceEvent.Seen _ -> {}
        }
    }

    /// Writes this part of a snapshot.
    public void writeTo(DataOutputStream out) throws IOException {
        presence.writeTo(out);
    }

    /// Reads what [#writeTo] wrote, into a fold that is new.
    public void readFrom(DataInputStream in, int version) throws IOException {
        if (version >= VERSION_DEVICES) {
            presence.readFrom(in);
        }
    }
}
