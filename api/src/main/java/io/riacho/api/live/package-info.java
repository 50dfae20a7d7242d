/// The port of what has just happened: [LiveFeed], for the dashboard and `Sensor.StreamReadings`.
///
/// The feed is not a queue: it keeps nothing for a slow watcher. Listeners are called on the
/// stream thread and hand over at once; each keeps what it can use and counts what it missed.
@NullMarked
package io.riacho.api.live;

import org.jspecify.annotations.NullMarked;
