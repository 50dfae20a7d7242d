package io.riacho.api.commands;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Updates and configuration for all gateways. Safe for use by many threads.
@FunctionalInterface
public interface Updates {

    /// There is no way to gateways.
    Updates NONE = (_, _) -> CompletableFuture.completedFuture(new Sent(false, 0, null, null));

    /// Where an update went.
    ///
    /// @param door whether our own MQTT door is open
    /// @param subscribers to how many of its subscribers it goes
    /// @param broker the other broker's address; null: there is none
    /// @param refusal why it did not go to the other broker, as far as is known; null: it has it
    record Sent(boolean door, int subscribers, @Nullable String broker, @Nullable String refusal) {}

    /// Publishes one.
    ///
    /// @param payload not to be changed afterwards
    /// @param contentType its media type, or null
    /// @return completes once the other broker has it, or after a few seconds; never exceptionally
    CompletableFuture<Sent> publish(byte[] payload, @Nullable String contentType);
}
