package io.riacho.config;

import java.util.LinkedHashMap;
import java.util.List;

/// A part of a YAML file that still knows its line (from 1).
sealed interface YamlNode {

    int line();

    /// A scalar as it was written, quotes removed.
    record Scalar(String text, int line) implements YamlNode {}

    /// A key without a value, or `~`.
    record Empty(int line) implements YamlNode {}

    record Sequence(List<YamlNode> items, int line) implements YamlNode {}

    record Mapping(LinkedHashMap<String, Entry> entries, int line) implements YamlNode {}

    /// A key with its value.
    ///
    /// @param line the key's
    record Entry(YamlNode value, int line) {}
}
