/// The product as its users meet it: the real process, real sockets, real clients.
@NullMarked
package io.riacho.acceptance;

import org.jspecify.annotations.NullMarked;
