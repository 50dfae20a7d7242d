/// The MQTT door beside Mosquitto and beside a bare server on Netty's codec (`BareMqttServer`) that does
/// no more than make messages durable before it acknowledges them. Peers are processes of their own; the
/// same load program (`WireLoop`, one thread, one selector) drives them in turns, in one run.
@NullMarked
package io.riacho.benchmarks.mqtt;

import org.jspecify.annotations.NullMarked;
