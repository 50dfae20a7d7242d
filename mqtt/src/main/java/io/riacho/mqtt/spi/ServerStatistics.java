package io.riacho.mqtt.spi;

/// Counts of the whole server since it began, over all clients.
public record ServerStatistics(
        long connections,
        long connectionsRefused,
        long sessions,
        long subscriptions,
        long retainedMessages,
        long messagesReceived,
        long bytesReceived,
        long messagesSent,
        long bytesSent,
        long bytesQueued,
        long messagesDropped) {}
