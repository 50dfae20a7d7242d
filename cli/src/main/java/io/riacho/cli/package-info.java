/// The `riacho` command: what a person or a service manager types.
///
/// [io.riacho.cli.Main] hands the arguments to one command, each a class of this package. Commands
/// parse, print and choose an exit code ([io.riacho.cli.common.Exit]); what they do lives elsewhere: the
/// server in `io.riacho.server`, the demo's field in `io.riacho.cli.field`, the reports' test flow in
/// `io.riacho.cli.flow`. Results go to standard output, everything else to standard error.
@NullMarked
package io.riacho.cli;

import org.jspecify.annotations.NullMarked;
