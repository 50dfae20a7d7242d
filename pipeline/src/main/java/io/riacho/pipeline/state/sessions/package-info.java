/// MQTT sessions as a fold over the journal.
///
/// | part | here |
/// |---|---|
/// | records | [SessionsChanged] |
/// | codec | [SessionRecordCodec] |
/// | state | `SessionImage` of the MQTT server, inside [SessionFold] |
/// | snapshot | [SessionSnapshot] |
/// | replay | [SessionFold#replay] |
///
/// [SessionLog] is what the MQTT server writes to: each write becomes a [SessionWrite], which the
/// journal stage takes into its groups.
@NullMarked
package io.riacho.pipeline.state.sessions;

import org.jspecify.annotations.NullMarked;
