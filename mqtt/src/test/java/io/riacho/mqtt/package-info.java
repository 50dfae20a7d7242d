/// Tests of the MQTT server: against raw packets, against other people's clients, against a model.
@NullMarked
package io.riacho.mqtt;

import org.jspecify.annotations.NullMarked;
