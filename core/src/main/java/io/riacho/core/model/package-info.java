/// A reading, and the statistics of many of them.
///
/// A [io.riacho.core.model.Reading] is one measured value; [io.riacho.core.model.Statistics] is what
/// is kept of any number of them: it grows by one value at a time and merges with its like, so that
/// windows, partitions and retained bases all add up to the same figures.
@NullMarked
package io.riacho.core.model;

import org.jspecify.annotations.NullMarked;
