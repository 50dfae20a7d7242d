/// The bridge to another broker in place of ours: AWS IoT Core, EMQX, Mosquitto.
///
/// [MqttBridge] connects as the compute identity, with a session that outlives the connection, and
/// subscribes the data topics with QoS 1. Each message becomes a submission to the intake
/// ([BridgeReadings]); it is acknowledged to the broker when it is durable, in the order in which it
/// came ([AcknowledgementOrder]). So what the broker's clients were promised is lost by nobody: until
/// the acknowledgement the broker keeps it, after it the journal does.
///
/// Commands ([BridgeCommands]) and updates ([BridgeUpdates]) are published there. Each is asked for
/// ([OutboundSource]) when it may go ([BridgeSender]), so that nothing is sent that is no longer true.
@NullMarked
package io.riacho.doors.bridge;

import org.jspecify.annotations.NullMarked;
