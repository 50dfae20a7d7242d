@NullMarked
package io.riacho.server.actuation.mqtt;

import org.jspecify.annotations.NullMarked;
