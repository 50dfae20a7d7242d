/// Commands as a fold over the journal: what is wished of each device, the command that follows, its
/// states, and what is held on or off by hand.
///
/// | part | here |
/// |---|---|
/// | records | [CommandRecord]; [CommandJournal] makes them |
/// | codec | [CommandRecordCodec] |
/// | state | [CommandTracker], [ManualOverrides], with a `DeviceState` of the core for each device |
/// | snapshot | [CommandSnapshot] |
/// | replay | [CommandFold#replay] |
@NullMarked
package io.riacho.pipeline.state.commands;

import org.jspecify.annotations.NullMarked;
