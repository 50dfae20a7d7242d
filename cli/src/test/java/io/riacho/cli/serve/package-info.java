/// Tests, by property.
@NullMarked
package io.riacho.cli.serve;

import org.jspecify.annotations.NullMarked;
