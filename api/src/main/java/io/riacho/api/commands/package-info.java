/// From a device's wished state to a command, and from the device's answer back.
@NullMarked
package io.riacho.api.commands;

import org.jspecify.annotations.NullMarked;
