@NullMarked
package io.riacho.server.intake;

import org.jspecify.annotations.NullMarked;
