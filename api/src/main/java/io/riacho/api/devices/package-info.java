/// Devices as doors and pages see them, and what doors tell of them.
@NullMarked
package io.riacho.api.devices;

import org.jspecify.annotations.NullMarked;
