/// Tests, by property.
@NullMarked
package io.riacho.rules;

import org.jspecify.annotations.NullMarked;
