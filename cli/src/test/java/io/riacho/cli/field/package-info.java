@NullMarked
package io.riacho.cli.field;

import org.jspecify.annotations.NullMarked;
