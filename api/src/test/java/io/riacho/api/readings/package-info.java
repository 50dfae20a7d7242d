/// Tests, by property.
@NullMarked
package io.riacho.api.readings;

import org.jspecify.annotations.NullMarked;
