/// Rate limits, as functions of the time that they are told.
///
/// A [TokenBucket] lets some through at once and then so many a second: reports of a device, lines in the
/// log, messages on the errors topic. A limit that must hold in every second, as brokers in the cloud
/// enforce it, is no bucket: it lets its burst and a second's refill through in one second.
@NullMarked
package io.riacho.limits;

import org.jspecify.annotations.NullMarked;
