/// Tests, by property.
@NullMarked
package io.riacho.doors.mqtt;

import org.jspecify.annotations.NullMarked;
