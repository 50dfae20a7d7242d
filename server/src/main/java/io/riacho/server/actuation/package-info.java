/// From a device's wished state to a command, and from the device's answer back.
@NullMarked
package io.riacho.server.actuation;

import org.jspecify.annotations.NullMarked;
