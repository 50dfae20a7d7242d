package io.riacho.server.actuation;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Updates and configuration for all gateways. Safe for use by many threads.
@FunctionalInterface
public interface Updates {

    /// Publishes one.
    ///
    /// @param payload not to be changed afterwards
    /// @param contentType its media type, or null
    /// @return to how many subscribers it goes; empty when there is no way to gateways
    OptionalInt publish(byte[] payload, @Nullable String contentType);
}
