/// JSON as doors read and write it.
///
/// [JsonReadings] decodes readings and [SenmlReadings] SenML packs: bytes in, checked readings in
/// a batch out. What they accept is what a Jackson parser accepts, without unknown or repeated
/// keys; [FlatScanner] reads the common shape of it several times faster and hands over to
/// Jackson whatever it is not sure of, so that there is one meaning. A property test holds the
/// two together.
///
/// [CommandJson] and [DeviceJson] write commands and devices, the same by every door.
/// [JsonReading] and [JsonWriting] are for all other documents; the limits of both lie in
/// [JsonFactories].
@NullMarked
package io.riacho.formats.json;

import org.jspecify.annotations.NullMarked;
