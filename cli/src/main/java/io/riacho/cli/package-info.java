/// The `riacho` command: what a person or a service manager types.
///
/// [io.riacho.cli.Main] hands the arguments to one command, each a class of a package below this one,
/// by subject: `serve`, `demo`, `query`, `devices`, `flow`, `loadtest`, `doctor`. They share `common`;
/// `demo` stands on `serve`, the others do not know each other. Commands parse, print and choose an
/// exit code ([io.riacho.cli.common.Exit]); what they do lives elsewhere: the server in
/// `io.riacho.server`, the simulated field in `io.riacho.field`, the load test in `io.riacho.loadtest`.
/// Results go to standard output, everything else to standard error.
@NullMarked
package io.riacho.cli;

import org.jspecify.annotations.NullMarked;
