/// Tests, by property.
@NullMarked
package io.riacho.cli.devices;

import org.jspecify.annotations.NullMarked;
