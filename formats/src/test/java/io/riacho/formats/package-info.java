/// Tests, by property.
@NullMarked
package io.riacho.formats;

import org.jspecify.annotations.NullMarked;
