/// The server in this process: its ready line, its data directory, its end.
@NullMarked
package io.riacho.cli.serve;

import org.jspecify.annotations.NullMarked;
