package io.riacho.api.devices;

import java.util.function.Consumer;

/// Takes connections, statements of presence and reports of devices from the doors. Safe for use
/// by many threads.
public interface DeviceEvents {

    /// A device is connected. Telling so again changes nothing.
    ///
    /// @param key of this connection among all that the device has had
    void connected(String device, Object key, Connection connection);

    /// A connection of a device ended. Nothing happens when another took its place.
    ///
    /// @param silent whether it ended because nothing came for too long
    void disconnected(String device, Object key, boolean silent, String reason);

    /// A device said that it is online or offline, or somebody who speaks for it did.
    void stated(String device, boolean online);

    /// Something came from a device that has no connection to a door.
    void heard(String device);

    /// A device said something about itself.
    ///
    /// @param answer true once it is on disk or need not be, false when it could not be made durable; on
    ///     this thread or one of the pipeline
    void reported(String device, Device.Report.Kind kind, String text, Consumer<Boolean> answer);

    /// Whether anything is known of a device.
    boolean isKnown(String device);
}
