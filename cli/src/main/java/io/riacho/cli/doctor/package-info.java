/// Commands that look at an installation: its configuration (`config`), what would keep a server from
/// starting (`doctor`), its version (`version`).
@NullMarked
package io.riacho.cli.doctor;

import org.jspecify.annotations.NullMarked;
