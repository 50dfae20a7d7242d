/// The path from a door to durable state: [IntakeQueue] → [JournalStage] → [StreamStage], with
/// [ResolveStage] and [SealStage] beside it.
///
/// Each stage is an object with a method that does one step and no thread of its own. [Pipeline] owns
/// the stages and what recovery needs; [PipelineThreads] gives each stage its thread. The simulation
/// drives the same stages from one thread, in an order drawn from a seed, on a disk that lies.
///
/// State is a fold over the journal: whatever changes it is a [JournalRecord] first. The journal
/// stage is the only one that appends; the stream stage is the only one that touches the state.
@NullMarked
package io.riacho.pipeline;

import org.jspecify.annotations.NullMarked;
