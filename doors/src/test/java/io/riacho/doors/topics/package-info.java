/// Tests, by property.
@NullMarked
package io.riacho.doors.topics;

import org.jspecify.annotations.NullMarked;
