@NullMarked
package io.riacho.core.rules;

import org.jspecify.annotations.NullMarked;
