/// Tests, by property.
@NullMarked
package io.riacho.identity;

import org.jspecify.annotations.NullMarked;
