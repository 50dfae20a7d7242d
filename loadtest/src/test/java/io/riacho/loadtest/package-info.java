/// Tests, by property.
@NullMarked
package io.riacho.loadtest;

import org.jspecify.annotations.NullMarked;
