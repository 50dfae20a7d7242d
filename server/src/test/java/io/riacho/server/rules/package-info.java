@NullMarked
package io.riacho.server.rules;

import org.jspecify.annotations.NullMarked;
