/// Tests of `session`.
@NullMarked
package io.riacho.mqtt.session;

import org.jspecify.annotations.NullMarked;
