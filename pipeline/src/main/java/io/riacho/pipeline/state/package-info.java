/// The server's state, a fold over the journal, in one shape.
///
/// [StateFold] hands each record to the fold of its folder: `series`, `commands`, `devices`,
/// `sessions`. Each folder has the same five things: its records (sealed), their codec, its state,
/// its part of the snapshot, and `replay(position, record, live)`. [RecordCodec] writes and reads
/// records of all folders. `docs/formats/records.md` and `docs/formats/snapshot.md` have the bytes.
///
/// What a snapshot holds is all that a replay leads to: the simulation compares the live state, the
/// state recovered from snapshot and tail, and a replay of the whole journal, byte for byte.
@NullMarked
package io.riacho.pipeline.state;

import org.jspecify.annotations.NullMarked;
