/// Tests, by property.
@NullMarked
package io.riacho.journal;

import org.jspecify.annotations.NullMarked;
