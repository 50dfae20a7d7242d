/// The command line as a whole: help, exit codes, the launcher, TLS of every client.
@NullMarked
package io.riacho.cli;

import org.jspecify.annotations.NullMarked;
