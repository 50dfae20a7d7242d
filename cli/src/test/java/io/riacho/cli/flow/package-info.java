/// The reports' flow against real services, by our client and by a generic one.
@NullMarked
package io.riacho.cli.flow;

import org.jspecify.annotations.NullMarked;
