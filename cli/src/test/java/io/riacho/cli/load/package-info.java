/// The load against real services, and against ones that stall, lie or close.
@NullMarked
package io.riacho.cli.load;

import org.jspecify.annotations.NullMarked;
