/// Commands that serve until they are told to stop: the whole server (`up`), and each of the reports'
/// services alone. [io.riacho.cli.serve.RunningServer] is the server that `up` and the demo share.
@NullMarked
package io.riacho.cli.serve;

import org.jspecify.annotations.NullMarked;
