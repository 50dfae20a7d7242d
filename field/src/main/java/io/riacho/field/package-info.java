/// The simulated field: sensors, weather, valves, and the water that cools.
///
/// [io.riacho.field.Field] is the model: pure, seeded, a step at a time. Around it stand the
/// means by which a real field would reach a server: [io.riacho.field.Sender]s bring its readings
/// to the doors over sockets, [io.riacho.field.Actuators] and [io.riacho.field.MqttActuators]
/// take commands and acknowledge them, and what [io.riacho.field.Drives] does to the valves is what
/// the model's next step sees. [io.riacho.field.FieldRun] puts them together.
@NullMarked
package io.riacho.field;

import org.jspecify.annotations.NullMarked;
