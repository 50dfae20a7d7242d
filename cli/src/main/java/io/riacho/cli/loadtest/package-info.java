/// The load test as a command.
@NullMarked
package io.riacho.cli.loadtest;

import org.jspecify.annotations.NullMarked;
