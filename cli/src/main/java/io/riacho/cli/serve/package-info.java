/// Commands that serve: the whole server, and each of the reports' services alone.
@NullMarked
package io.riacho.cli.serve;

import org.jspecify.annotations.NullMarked;
