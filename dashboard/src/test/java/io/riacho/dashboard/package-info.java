/// Tests, by property.
@NullMarked
package io.riacho.dashboard;

import org.jspecify.annotations.NullMarked;
