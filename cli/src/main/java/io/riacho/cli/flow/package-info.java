/// The reports' clients: the test flow through Sensor, Processor and Actuator, and the greeting.
///
/// What the flow writes is what grpcurl prints, so each file pipes into the next service, by this
/// command, by grpcurl or by `buf curl`.
@NullMarked
package io.riacho.cli.flow;

import org.jspecify.annotations.NullMarked;
