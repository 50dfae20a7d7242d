/// Bytes and text on one side, the records of `api` on the other: topics here, JSON in a package of its own.
@NullMarked
package io.riacho.formats;

import org.jspecify.annotations.NullMarked;
