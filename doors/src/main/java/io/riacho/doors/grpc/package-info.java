/// The gRPC doors: the reports' services (`sensor.Sensor`, `processor.Processor`,
/// `actuator.Actuator`, `hello.Saudacao`) and Riacho's own `riacho.v1`.
///
/// A [io.riacho.doors.grpc.GrpcDoor] listens on one port and serves a list of services; each
/// service is a class that can be used alone. Calls are served on the event loops of their
/// connections, so nothing here may block. No call holds a thread, and none reads further ahead than
/// its other end takes its answers: flow control reaches from the intake, or from a slow reader, to
/// the sender's socket.
@NullMarked
package io.riacho.doors.grpc;

import org.jspecify.annotations.NullMarked;
