/// The doors, one package each, and what they share: the event loops that serve their sockets.
///
/// Every door has the same anatomy: an options record with its limits, a decoder from bytes to
/// readings, and a `…Door` that is started on an address and closed.
@NullMarked
package io.riacho.net;

import org.jspecify.annotations.NullMarked;
