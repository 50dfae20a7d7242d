package io.riacho.core.rules;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The rules in force. Immutable.
///
/// @param rules at most [#RULES_MAX], with distinct names and distinct versions
public record RuleSet(List<Rule> rules) {

    /// Rules in force at a time.
    public static final int RULES_MAX = 1_000;

    public static final RuleSet NONE = new RuleSet(List.of());

    public RuleSet {
        rules = List.copyOf(rules);
        if (rules.size() > RULES_MAX) {
            throw new IllegalArgumentException(
                    rules.size() + " rules; there may be " + RULES_MAX + " at most");
        }
        Set<String> names = new HashSet<>();
        Set<String> versions = new HashSet<>();
        for (Rule rule : rules) {
            if (!names.add(rule.name())) {
                throw new IllegalArgumentException(
                        "two rules are called '" + rule.name() + "'; give each a name of its own");
            }
            if (!versions.add(rule.version())) {
                throw new IllegalArgumentException(
                        "rule '" + rule.name() + "' has the version of another rule");
            }
        }
    }

    public static RuleSet of(Rule... rules) {
        return new RuleSet(List.of(rules));
    }

    /// The rules that look at a series, in order.
    public List<Rule> concerning(String sensor, String metric) {
        return rules.stream().filter(rule -> rule.concerns(sensor, metric)).toList();
    }
}
