package io.riacho.mqtt;

/// What the server did so far, over all clients.
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
