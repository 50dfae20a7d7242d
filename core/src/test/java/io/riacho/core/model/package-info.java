@NullMarked
package io.riacho.core.model;

import org.jspecify.annotations.NullMarked;
