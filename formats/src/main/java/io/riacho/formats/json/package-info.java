/// The JSON readings that TCP, HTTP and MQTT share: bytes in, checked readings in a batch out.
///
/// [JsonReadings] is the codec, [SenmlReadings] that of SenML packs. What it accepts is what a Jackson parser accepts, without unknown or
/// repeated keys; [FlatScanner] reads the common shape of it several times faster and hands over to
/// Jackson whatever it is not sure of, so that there is one meaning. A property test holds the two
/// together.
@NullMarked
package io.riacho.formats.json;

import org.jspecify.annotations.NullMarked;
