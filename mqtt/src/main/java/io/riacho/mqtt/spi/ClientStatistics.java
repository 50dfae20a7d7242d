package io.riacho.mqtt.spi;

/// Counts of one connection since it began.
///
/// @param messagesReceived PUBLISHes from the client
/// @param bytesReceived bytes read from it, TLS and WebSocket not counted
/// @param messagesSent PUBLISHes to it
/// @param bytesSent bytes written to it, likewise
/// @param messagesQueued waiting for it now
/// @param messagesDropped lost by its session: expired, too large for it, or pushed out of its queue
public record ClientStatistics(
        long messagesReceived,
        long bytesReceived,
        long messagesSent,
        long bytesSent,
        long messagesQueued,
        long messagesDropped) {}
