/// The lake: every reading that became a row, as Parquet files and as SQL.
///
/// [io.riacho.lake.Lake] is the door. Rows arrive from one writer thread and wait in a
/// [io.riacho.lake.Block] on the heap; a query copies what is new of it into DuckDB and so sees every
/// row appended before it. A seal writes a frozen block as Parquet files, one per table and partition
/// (event time, UTC), and then commits them all at once with the [io.riacho.lake.Manifest]: a file
/// that the manifest does not name does not exist. Compaction and retention are commits of the same
/// kind. DuckDB holds nothing that could not be made again from the files and the journal.
///
/// The formats are specified in `docs/formats/lake.md`.
@NullMarked
package io.riacho.lake;

import org.jspecify.annotations.NullMarked;
