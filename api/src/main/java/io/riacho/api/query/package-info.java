/// The port of stored data: read-only SQL, answered a row at a time.
@NullMarked
package io.riacho.api.query;

import org.jspecify.annotations.NullMarked;
