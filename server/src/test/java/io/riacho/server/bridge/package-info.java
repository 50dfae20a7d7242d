/// Tests, by property.
@NullMarked
package io.riacho.server.bridge;

import org.jspecify.annotations.NullMarked;
