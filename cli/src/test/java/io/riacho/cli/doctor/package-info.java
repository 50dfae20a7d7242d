/// Tests, by property.
@NullMarked
package io.riacho.cli.doctor;

import org.jspecify.annotations.NullMarked;
