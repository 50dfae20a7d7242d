/// Tests, by property.
@NullMarked
package io.riacho.identity.tls;

import org.jspecify.annotations.NullMarked;
