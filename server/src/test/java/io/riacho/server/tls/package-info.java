@NullMarked
package io.riacho.server.tls;

import org.jspecify.annotations.NullMarked;
