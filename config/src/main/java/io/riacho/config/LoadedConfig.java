package io.riacho.config;

import java.util.List;

/// A configuration together with the story of how it came about.
///
/// @param settings every key in the order of the file, with its value and origin
/// @param warnings what works but deserves to be known, one line each
public record LoadedConfig<T extends Record>(
        T config, List<Value> settings, List<String> warnings) {

    /// One key's value.
    ///
    /// @param path such as `tcp.port`
    /// @param text the value as the file would write it; a secret is masked
    public record Value(String path, String text, Origin origin) {}
}
