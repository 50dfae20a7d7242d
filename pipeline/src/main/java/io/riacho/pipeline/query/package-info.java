/// SQL over the lake, as the port of `api` has it.
@NullMarked
package io.riacho.pipeline.query;

import org.jspecify.annotations.NullMarked;
