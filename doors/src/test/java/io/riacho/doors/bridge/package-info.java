/// Tests, by property.
@NullMarked
package io.riacho.doors.bridge;

import org.jspecify.annotations.NullMarked;
