/// Series and their sensors as a fold over the journal.
///
/// | part | here |
/// |---|---|
/// | records | [SeriesRecord] |
/// | codec | [SeriesRecordCodec] |
/// | state | [SeriesDirectory], with a `SensorState` of the core for each sensor |
/// | snapshot | [SeriesSnapshot] |
/// | replay | [SeriesFold#replay] |
///
/// [SeriesNumbers] is the journal thread's own table of the same numbers: it gives them, the fold
/// follows.
@NullMarked
package io.riacho.pipeline.state.series;

import org.jspecify.annotations.NullMarked;
