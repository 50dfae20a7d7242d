/// The load against real services, and against ones that stall, lie or close.
@NullMarked
package io.riacho.loadtest;

import org.jspecify.annotations.NullMarked;
