/// The commands about devices, with and without a running server.
@NullMarked
package io.riacho.cli.devices;

import org.jspecify.annotations.NullMarked;
