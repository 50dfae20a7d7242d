/// One machine: the doors, the path behind them, and the state.
@NullMarked
package io.riacho.server;

import org.jspecify.annotations.NullMarked;
