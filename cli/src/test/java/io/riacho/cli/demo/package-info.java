/// Tests, by property.
@NullMarked
package io.riacho.cli.demo;

import org.jspecify.annotations.NullMarked;
