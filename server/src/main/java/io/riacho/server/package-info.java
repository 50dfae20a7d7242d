/// One machine: pipeline and doors put together by hand ([Riacho]), and the configuration of all
/// of it ([ServerConfig]).
@NullMarked
package io.riacho.server;

import org.jspecify.annotations.NullMarked;
