/// Rules as people write them, made into rules as the stream core runs them.
///
/// A [io.riacho.rules.RuleDefinition] comes from the configuration or from the journal, where
/// it is kept so that a replay runs under the rules of its time; its version is a hash of all that it
/// says. [io.riacho.rules.Rules] compiles definitions to a
/// [io.riacho.core.rules.RuleSet]. Conditions are CEL (the Common Expression Language): what compares
/// a variable with a number, which is nearly every rule, is run without it.
@NullMarked
package io.riacho.rules;

import org.jspecify.annotations.NullMarked;
