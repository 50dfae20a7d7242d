@NullMarked
package io.riacho.core.stream;

import org.jspecify.annotations.NullMarked;
