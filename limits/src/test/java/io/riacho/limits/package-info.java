/// Tests of the rate limits.
@NullMarked
package io.riacho.limits;

import org.jspecify.annotations.NullMarked;
