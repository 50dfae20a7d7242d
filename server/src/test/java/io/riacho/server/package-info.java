/// Tests, by property.
@NullMarked
package io.riacho.server;

import org.jspecify.annotations.NullMarked;
