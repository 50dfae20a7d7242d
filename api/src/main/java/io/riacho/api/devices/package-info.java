/// Ports of devices: [Devices] tells how each is, [DeviceEvents] takes from doors what happens to
/// them.
@NullMarked
package io.riacho.api.devices;

import org.jspecify.annotations.NullMarked;
