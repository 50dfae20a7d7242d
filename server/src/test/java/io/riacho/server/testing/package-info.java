/// Fakes for the tests of doors, named by their behaviour.
@NullMarked
package io.riacho.server.testing;

import org.jspecify.annotations.NullMarked;
