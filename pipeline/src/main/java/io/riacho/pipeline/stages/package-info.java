/// The stages, each an object with a method that does one step and no thread of its own.
///
/// [IntakeQueue] holds what doors submitted; [JournalStage] commits it in a [CommitGroup] and hands
/// an [Entry] to [StreamStage], which folds it; [ResolveStage] looks late readings up in the lake;
/// [SealStage] moves rows into the lake and writes the snapshot.
@NullMarked
package io.riacho.pipeline.stages;

import org.jspecify.annotations.NullMarked;
