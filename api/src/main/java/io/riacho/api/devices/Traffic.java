package io.riacho.api.devices;

/// Counts of a device's connection since it began, and of what waits for the device.
///
/// @param messagesReceived messages from the device
/// @param bytesReceived bytes from it
/// @param messagesSent messages to it
/// @param bytesSent bytes to it
/// @param messagesQueued that wait for it now
/// @param messagesDropped lost by its session: expired, too large for it, or pushed out of its queue
public record Traffic(
        long messagesReceived,
        long bytesReceived,
        long messagesSent,
        long bytesSent,
        long messagesQueued,
        long messagesDropped) {}
