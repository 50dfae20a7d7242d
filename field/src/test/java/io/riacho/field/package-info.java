/// The model of the field, and the promises of its senders.
@NullMarked
package io.riacho.field;

import org.jspecify.annotations.NullMarked;
