/// The path from a door to durable state: [io.riacho.pipeline.stages.IntakeQueue] →
/// [io.riacho.pipeline.stages.JournalStage] → [io.riacho.pipeline.stages.StreamStage], with
/// [io.riacho.pipeline.stages.ResolveStage] and [io.riacho.pipeline.stages.SealStage] beside it.
///
/// | package | what it is |
/// |---|---|
/// | `record` | what a journal record is, and the closed list of kinds |
/// | `state` | the fold over the journal, with a folder each for series, commands, devices and sessions |
/// | `snapshot` | snapshots of the state as files |
/// | `stages` | the stages, each a step without a thread |
/// | `live`, `query`, `metrics` | what watchers, queries and `/metrics` are given |
///
/// [Pipeline] owns the stages; [Recovery] brings the state up to the journal's end;
/// [PipelineThreads] gives each stage its thread. The simulation drives the same stages from one
/// thread, in an order drawn from a seed, on a disk that lies.
///
/// State is a fold over the journal: whatever changes it is a
/// [io.riacho.pipeline.record.JournalRecord] first. The journal stage is the only one that appends;
/// the stream stage is the only one that touches the state.
@NullMarked
package io.riacho.pipeline;

import org.jspecify.annotations.NullMarked;
