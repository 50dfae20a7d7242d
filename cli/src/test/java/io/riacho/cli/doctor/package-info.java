/// The grades of a diagnosis.
@NullMarked
package io.riacho.cli.doctor;

import org.jspecify.annotations.NullMarked;
