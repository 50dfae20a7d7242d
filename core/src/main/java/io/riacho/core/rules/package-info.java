/// The stream core's notion of a rule: a condition over statistics that asks for devices to be on
/// or off.
///
/// The language of conditions stays outside: whoever builds a [io.riacho.core.rules.Rule] brings
/// compiled [io.riacho.core.rules.Condition]s. A rule's version names its whole definition; state is
/// kept under it, so a rule that did not change keeps its state, and one that did starts anew.
@NullMarked
package io.riacho.core.rules;

import org.jspecify.annotations.NullMarked;
