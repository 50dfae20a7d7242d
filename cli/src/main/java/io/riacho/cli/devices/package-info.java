/// What `riacho devices` says about devices.
@NullMarked
package io.riacho.cli.devices;

import org.jspecify.annotations.NullMarked;
