/// Tests, by property.
@NullMarked
package io.riacho.formats.json;

import org.jspecify.annotations.NullMarked;
