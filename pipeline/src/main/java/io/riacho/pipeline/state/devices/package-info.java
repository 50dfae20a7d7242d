/// What takes commands and how it is: online or offline, last seen, from where, with what to report.
///
/// [io.riacho.pipeline.state.devices.DevicePresence] hears of connections and reports on any thread and journals
/// what changed as a [io.riacho.pipeline.state.devices.DeviceEvent]; the stream thread folds the events into
/// [io.riacho.api.devices.Device]s. Storms cost nothing: who is back within a few seconds was never
/// away, and after a start nobody is offline before there was time to return.
@NullMarked
package io.riacho.pipeline.state.devices;

import org.jspecify.annotations.NullMarked;
