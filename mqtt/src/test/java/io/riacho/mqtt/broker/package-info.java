/// Tests of `broker`.
@NullMarked
package io.riacho.mqtt.broker;

import org.jspecify.annotations.NullMarked;
