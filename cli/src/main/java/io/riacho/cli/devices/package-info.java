/// Commands that are about devices: their certificates (`devices`, on the data directory), switching
/// them by hand and sending updates to gateways (`command` and `update`, through a running server).
@NullMarked
package io.riacho.cli.devices;

import org.jspecify.annotations.NullMarked;
