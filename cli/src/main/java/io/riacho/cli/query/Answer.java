package io.riacho.cli.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to a query: a table of plain values.
///
/// @param columns their names
/// @param rows each as long as `columns`; a value is null, a Boolean, a Number or a String
/// @param truncated whether there would have been more rows
public record Answer(List<String> columns, List<List<@Nullable Object>> rows, boolean truncated) {}
