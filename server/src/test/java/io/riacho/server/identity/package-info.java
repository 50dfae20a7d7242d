/// Tests of identities.
@NullMarked
package io.riacho.server.identity;

import org.jspecify.annotations.NullMarked;
