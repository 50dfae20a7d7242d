package io.riacho.core.rules;

import io.riacho.core.model.Statistics;

/// A yes-or-no question about statistics. Pure: the same statistics, the same answer; safe for use
/// by many threads.
public interface Condition {

    /// Whether it holds. Never asked of empty statistics. Must not keep or change what it is given,
    /// and must not throw: what cannot be evaluated does not hold.
    boolean holds(Statistics statistics);

    /// How people write it.
    String text();
}
