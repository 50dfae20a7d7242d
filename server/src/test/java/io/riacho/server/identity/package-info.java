/// Tests, by property.
@NullMarked
package io.riacho.server.identity;

import org.jspecify.annotations.NullMarked;
