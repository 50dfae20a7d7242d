/// Commands that look at an installation: its configuration, what would keep it from starting, its version.
@NullMarked
package io.riacho.cli.doctor;

import org.jspecify.annotations.NullMarked;
