/// The durable log: bytes in order, and the promise that what was synced is there after any crash.
///
/// A journal is a directory of preallocated segments, each named by the position of its first
/// record; a segment is a header and then entries, each a batch of records with consecutive
/// positions. One thread writes ([io.riacho.journal.Journal]): it appends as many entries as have
/// gathered and calls `sync` once for all of them. Every entry's header carries the position up to which all
/// was on disk when it was written, and after each sync a *mark* says so at the place where the next
/// entry will be: that is how a start can tell the torn end of a crash, which is cut, from damage
/// to what was promised, which is refused ([io.riacho.journal.Recovery]).
///
/// Nothing here knows what a reading is. The bytes are specified in `docs/formats/journal.md`.
@NullMarked
package io.riacho.journal;

import org.jspecify.annotations.NullMarked;
