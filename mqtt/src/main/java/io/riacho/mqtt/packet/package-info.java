/// Packets of MQTT on the wire: bytes to packets and back, for 3.1.1 and 5.0.
///
/// Reading is strict and in place: [FrameReader] finds a packet, and the packet's own class reads it
/// from the buffer between two indexes. What is wrong with it comes out as a [BadPacketException] with
/// the reason code that the specification gives. A PUBLISH, the packet that comes by the million, is
/// read into one reused [PublishFrame]: no object, no copy.
///
/// Specifications: [MQTT 3.1.1](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html),
/// [MQTT 5.0](https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html). Why this is not Netty's
/// codec-mqtt is told in `docs/decisions/0070-own-mqtt-packet-reader.md`.
@NullMarked
package io.riacho.mqtt.packet;

import org.jspecify.annotations.NullMarked;
