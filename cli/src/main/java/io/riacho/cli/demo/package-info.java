/// The demo and the simulated field as commands.
@NullMarked
package io.riacho.cli.demo;

import org.jspecify.annotations.NullMarked;
