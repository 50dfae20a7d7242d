/// Shared by commands and below all of them: flags, exit codes, logging, the client of a running
/// server.
@NullMarked
package io.riacho.cli.common;

import org.jspecify.annotations.NullMarked;
