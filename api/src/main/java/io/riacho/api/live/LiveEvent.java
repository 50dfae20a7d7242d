package io.riacho.api.live;

/// An event of the live feed.
public sealed interface LiveEvent permits LiveReading, LiveCommand, LiveDevice {}
