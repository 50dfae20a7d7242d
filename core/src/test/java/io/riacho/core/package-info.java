/// Helpers that all tests of the core share.
@NullMarked
package io.riacho.core;

import org.jspecify.annotations.NullMarked;
