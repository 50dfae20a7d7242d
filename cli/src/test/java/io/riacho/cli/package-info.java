@NullMarked
package io.riacho.cli;

import org.jspecify.annotations.NullMarked;
