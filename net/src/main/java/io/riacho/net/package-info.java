/// Sockets: the event loops that serve those of a whole process, and a listening socket that is
/// closed in good order. Doors and servers of protocols stand on it; it knows none of them.
@NullMarked
package io.riacho.net;

import org.jspecify.annotations.NullMarked;
