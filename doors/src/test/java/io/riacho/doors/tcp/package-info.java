/// Tests, by property.
@NullMarked
package io.riacho.doors.tcp;

import org.jspecify.annotations.NullMarked;
