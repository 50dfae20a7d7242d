/// The formats that doors share: bytes and text on one side, the records of `api` on the other.
/// [RiachoTopics] names the topics of MQTT; JSON has a package of its own.
@NullMarked
package io.riacho.formats;

import org.jspecify.annotations.NullMarked;
