package io.riacho.config;

/// A check of what must hold between several settings.
///
/// @param <T> the configuration's record
@FunctionalInterface
public interface ConfigCheck<T extends Record> {

    /// Tells all that is wrong.
    void check(T config, Findings findings);
}
