/// Commands and devices over MQTT.
///
/// [io.riacho.doors.mqtt.MqttCommands] publishes a command on its device's topic and on those of
/// the device's groups, to who is connected, and again to a client that subscribes;
/// [io.riacho.doors.bridge.BridgeCommands] is what goes out to another broker;
/// [io.riacho.doors.topics.Reports] hears answers and reports, from the door and from there;
/// [io.riacho.doors.mqtt.DeviceWatch] knows who is there.
/// [io.riacho.server.MqttActuation] puts them together for the door.
@NullMarked
package io.riacho.doors.topics;

import org.jspecify.annotations.NullMarked;
