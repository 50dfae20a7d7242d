/// Devices that connect as a fold over the journal: online or offline, last seen, from where, with
/// what to report.
///
/// | part | here |
/// |---|---|
/// | records | [DeviceEvent]; [DeviceJournal] hands them over |
/// | codec | [DeviceEventCodec] |
/// | state | [DeviceFold], inside [DevicePresence] |
/// | snapshot | [DeviceSnapshot] |
/// | replay | [DeviceEventFold#replay] |
///
/// [DevicePresence] hears of connections and reports on any thread and journals what changed; the
/// stream thread folds the events into [io.riacho.api.devices.Device]s. Storms cost nothing: who is
/// back within a few seconds was never away, and after a start nobody is offline before there was
/// time to return.
@NullMarked
package io.riacho.pipeline.state.devices;

import org.jspecify.annotations.NullMarked;
