package io.riacho.lake;

import java.util.List;

/// Findings of [Lake#verify].
///
/// @param files that the manifest names
/// @param bytes that they have
/// @param unknown files without a checksum, written before there were any; a compaction gives them one
/// @param damaged a line for each file that is not as it was written, with its path and what is wrong
public record Verification(long files, long bytes, long unknown, List<String> damaged) {}
