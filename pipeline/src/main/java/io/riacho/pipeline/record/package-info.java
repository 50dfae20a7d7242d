/// Journal records: their kinds, their texts, and the way of one into the journal.
///
/// A [JournalRecord] has a [RecordKind]: the closed list of all there are, which the switches of
/// `RecordCodec` and `StateFold` follow. The records themselves lie in the folders of the state that
/// they change, `state.series` and its neighbours. [JournalAppender] takes those that the server
/// itself writes.
@NullMarked
package io.riacho.pipeline.record;

import org.jspecify.annotations.NullMarked;
