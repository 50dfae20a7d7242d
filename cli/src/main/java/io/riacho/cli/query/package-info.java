/// The `query` command: SQL sent to a running server or run on the data of a stopped one, and its
/// answer printed.
@NullMarked
package io.riacho.cli.query;

import org.jspecify.annotations.NullMarked;
