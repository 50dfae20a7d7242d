package io.riacho.lake;

/// Partial aggregates in SQL: computed from rows, and merged.
///
/// A partial is `count, mean, variance, min, max, first_timestamp, last_timestamp` of some readings
/// of one series (variance of the population). Merged are partials of disjoint sets: with `N = Σn`
/// and `m = Σ(n·mean)/N`, the variance is `Σ (n/N)·(variance + (mean − m)²)`, the parallel algorithm of
/// Chan, Golub and LeVeque (1979) for any number of parts. It needs `m` first, hence the window
/// function; the textbook's `Σx² − N·m²` would lose all digits of a small variance around a large
/// mean. Weights `n/N` keep values of 1e150 from overflowing when squared and summed.
final class Partials {

    private Partials() {}

    /// The aggregates over rows that have `value` and `timestamp`.
    static final String OF_ROWS =
            "count(*) AS count, favg(value) AS mean, var_pop(value) AS variance, min(value) AS min,"
                    + " max(value) AS max, min(timestamp) AS first_timestamp,"
                    + " max(timestamp) AS last_timestamp";

    /// Merges the partials that agree in `keys`; gives the keys and the partial's columns, and
    /// `extra`, which may aggregate over what else the partials have.
    static String merged(String keys, String extra, String partials) {
        return "SELECT "
                + keys
                + extra
                + ", sum(count)::BIGINT AS count, any_value(overall_mean) AS mean,"
                + " sum((count / overall_count)"
                + " * (variance + (mean - overall_mean) * (mean - overall_mean))) AS variance,"
                + " min(min) AS min, max(max) AS max, min(first_timestamp) AS first_timestamp,"
                + " max(last_timestamp) AS last_timestamp FROM (SELECT *,"
                + " sum(count) OVER whole AS overall_count,"
                + " sum(count * mean) OVER whole / sum(count) OVER whole AS overall_mean FROM ("
                + partials
                + ") WINDOW whole AS (PARTITION BY "
                + keys
                + ")) GROUP BY "
                + keys;
    }
}
