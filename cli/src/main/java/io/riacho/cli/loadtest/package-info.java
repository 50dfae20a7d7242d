/// The command that runs the load tests of [io.riacho.loadtest] and writes their reports.
@NullMarked
package io.riacho.cli.loadtest;

import org.jspecify.annotations.NullMarked;
