@NullMarked
package io.riacho.server.config;

import org.jspecify.annotations.NullMarked;
