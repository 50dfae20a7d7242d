/// The formats of answers.
@NullMarked
package io.riacho.cli.query;

import org.jspecify.annotations.NullMarked;
