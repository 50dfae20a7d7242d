/// The simulated field and its gateways against a server in this process.
@NullMarked
package io.riacho.cli.demo;

import org.jspecify.annotations.NullMarked;
