/// Commands and devices over MQTT.
///
/// [io.riacho.server.actuation.mqtt.MqttCommands] publishes a command on its device's topic and on those of
/// the device's groups, to who is connected, and again to a client that subscribes;
/// [io.riacho.server.actuation.mqtt.BrokerCommands] is what goes out to another broker;
/// [io.riacho.server.actuation.mqtt.Reports] hears answers and reports, from the door and from there;
/// [io.riacho.server.actuation.mqtt.DeviceWatch] knows who is there.
/// [io.riacho.server.actuation.mqtt.MqttActuation] puts them together for the door.
@NullMarked
package io.riacho.server.actuation.mqtt;

import org.jspecify.annotations.NullMarked;
