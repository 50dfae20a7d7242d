/// Fakes of the ports in `api`, named by what they do, and clients for tests of doors and
/// servers.
@NullMarked
package io.riacho.testkit;

import org.jspecify.annotations.NullMarked;
