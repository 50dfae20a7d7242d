/// Meanings of messages on Riacho's topics, wherever they come from: the MQTT door or another
/// broker.
///
/// [PayloadDecoder] reads readings out of data topics, [Reports] takes what gateways report, and
/// [ErrorReports] publishes what could not be read. A door knows who sent a message and says so
/// by a [Reporter].
@NullMarked
package io.riacho.doors.topics;

import org.jspecify.annotations.NullMarked;
