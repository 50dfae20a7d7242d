/// Tests, by property.
@NullMarked
package io.riacho.doors.grpc;

import org.jspecify.annotations.NullMarked;
