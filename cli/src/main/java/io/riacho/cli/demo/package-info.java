/// Commands that run the simulated field: beside a server of their own (`demo`, and `rehearse` for the
/// launcher), or against another (`simulate`). The field itself is [io.riacho.field].
@NullMarked
package io.riacho.cli.demo;

import org.jspecify.annotations.NullMarked;
