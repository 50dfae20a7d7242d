/// Answers of SQL queries, fetched and printed.
@NullMarked
package io.riacho.cli.query;

import org.jspecify.annotations.NullMarked;
