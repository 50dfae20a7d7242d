/// The MQTT door, ports 1883 and 8883: Riacho's use of the server in module `mqtt`.
///
/// [MqttDoor] wires it. [RiachoTopics] says what a topic means. The PUBLISHes of one read come to
/// [RiachoPublishHandler]; those on data topics are decoded where they lie ([PayloadDecoder]) and go to the intake
/// as one [MessageSubmission], whose receipt releases their PUBACKs. What cannot be read is acknowledged,
/// so that it does not come back for ever, and goes to the errors topic ([ErrorReports]). Messages on the
/// topics of gateways go to the [TopicListener], all others are the broker's alone. docs/mqtt.md is the
/// contract.
@NullMarked
package io.riacho.doors.mqtt;

import org.jspecify.annotations.NullMarked;
