/// What several commands share: flags, exit codes, logging, the way to a running server.
@NullMarked
package io.riacho.cli.common;

import org.jspecify.annotations.NullMarked;
