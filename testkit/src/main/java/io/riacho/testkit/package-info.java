/// Tests, by property.
@NullMarked
package io.riacho.testkit;

import org.jspecify.annotations.NullMarked;
