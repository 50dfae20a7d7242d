package io.riacho.http;

import java.util.List;

/// Routes that belong together, and what must end before their connections can.
public interface RouteGroup {

    List<Route> routes();

    /// Ends answers that would go on for ever. Called once, when no further request is taken.
    default void stop() {}
}
