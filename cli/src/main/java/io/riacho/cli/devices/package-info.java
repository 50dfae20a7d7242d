/// Commands about devices: identities, orders, updates.
@NullMarked
package io.riacho.cli.devices;

import org.jspecify.annotations.NullMarked;
