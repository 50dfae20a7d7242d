@NullMarked
package io.riacho.server.devices;

import org.jspecify.annotations.NullMarked;
