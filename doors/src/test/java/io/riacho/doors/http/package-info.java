/// Tests, by property.
@NullMarked
package io.riacho.doors.http;

import org.jspecify.annotations.NullMarked;
