/// The MQTT door, ports 1883 and 8883: Riacho's use of the server in module `mqtt`.
///
/// [MqttDoor] wires it. The PUBLISHes of one read come to [RiachoPublishHandler]; those on data
/// topics are decoded where they lie and go to the intake as one [MessageSubmission], whose
/// receipt releases their PUBACKs. What cannot be read is acknowledged, so that it does not come
/// back for ever, and goes to the errors topic. Messages on the topics of gateways go to
/// [GatewayReports], all others are the broker's alone.
///
/// The other way, [MqttCommands] publishes a command on its device's topic and on those of the
/// device's groups, to clients that are connected, and again to one that subscribes;
/// [DeviceWatch] tells presence which clients are devices. docs/mqtt.md and docs/commands.md are
/// the contract.
@NullMarked
package io.riacho.doors.mqtt;

import org.jspecify.annotations.NullMarked;
