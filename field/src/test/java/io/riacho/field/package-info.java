/// Tests, by property.
@NullMarked
package io.riacho.field;

import org.jspecify.annotations.NullMarked;
