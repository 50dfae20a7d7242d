/// Commands: each device's newest, those that are kept, and what is held on or off by hand.
@NullMarked
package io.riacho.pipeline.state.commands;

import org.jspecify.annotations.NullMarked;
