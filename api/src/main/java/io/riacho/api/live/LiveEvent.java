package io.riacho.api.live;

/// What the live feed tells.
public sealed interface LiveEvent permits LiveReading, LiveCommand, LiveDevice {}
