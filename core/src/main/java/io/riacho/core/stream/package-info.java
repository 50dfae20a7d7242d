/// The stream core: two folds that turn a log of records into statistics, desired states and
/// commands.
///
/// [io.riacho.core.stream.StreamCore] applies a [io.riacho.core.stream.SensorRecord] to one
/// sensor's [io.riacho.core.stream.SensorState] and says in an [io.riacho.core.stream.Outcome] what
/// came of it; the desired states among it go, one by one, into the
/// [io.riacho.core.stream.DeviceState] of their device, from which a
/// [io.riacho.core.stream.Transition], the data of a command, may come.
///
/// Nothing here does I/O, reads a clock, starts a thread or draws a random number. What came of a
/// log is therefore the same on every machine and at every replay, and since a state is one sensor's
/// or one device's alone, it may be partitioned by them.
@NullMarked
package io.riacho.core.stream;

import org.jspecify.annotations.NullMarked;
