/// That the load programs do what they say, with little load; nothing is timed.
@NullMarked
package io.riacho.benchmarks.mqtt;

import org.jspecify.annotations.NullMarked;
