/// Ports of commands: those that devices are given, the answers that come back, and overrides by
/// hand.
///
/// [CommandFields] is a command's payload, [Command] the same with where it is on its way. Doors
/// ask and acknowledge by [Commands], deliver by [CommandDelivery], and pass what people want on
/// to [Overrides].
@NullMarked
package io.riacho.api.commands;

import org.jspecify.annotations.NullMarked;
