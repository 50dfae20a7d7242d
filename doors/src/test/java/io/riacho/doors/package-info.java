/// Tests, by property.
@NullMarked
package io.riacho.doors;

import org.jspecify.annotations.NullMarked;
