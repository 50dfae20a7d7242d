package io.riacho.rules;

import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All rules at once: from the configuration, to and from the journal, to the stream core.
public final class Rules {

    private Rules() {}

    /// The definitions that a configuration means: its rules, or the default one when it has no such
    /// key; an empty list is no rules.
    ///
    /// @throws RuleException listing all that is wrong
    public static List<RuleDefinition> definitions(
            @Nullable List<RuleConfig> configured, Map<String, List<String>> groups)
            throws RuleException {
        if (configured == null) {
            return List.of(RuleDefinition.DEFAULT);
        }
        List<RuleDefinition> definitions = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (RuleConfig config : configured) {
            try {
                definitions.add(RuleDefinition.of(config, groups));
            } catch (RuleException e) {
                problems.addAll(e.problems());
            }
        }
        throwIfAny(problems);
        return List.copyOf(definitions);
    }

    /// Makes definitions run.
    ///
    /// @throws RuleException listing all that is wrong with all of them
    public static RuleSet compile(List<RuleDefinition> definitions, CelConditions conditions)
            throws RuleException {
        List<String> problems = new ArrayList<>();
        if (definitions.size() > RuleSet.RULES_MAX) {
            throw new RuleException(
                    definitions.size() + " rules; there may be " + RuleSet.RULES_MAX + " at most");
        }
        List<Rule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (RuleDefinition definition : definitions) {
            if (!names.add(definition.name())) {
                problems.add(
                        "two rules are called '"
                                + definition.name()
                                + "'; give each a name of its own");
            }
            try {
                rules.add(definition.compile(conditions));
            } catch (RuleException e) {
                problems.addAll(e.problems());
            }
        }
        throwIfAny(problems);
        return new RuleSet(rules);
    }

    private static void throwIfAny(List<String> problems) throws RuleException {
        if (!problems.isEmpty()) {
            throw new RuleException(problems);
        }
    }

    /// Writes definitions for the journal; [#readFrom(DataInput)] reads them.
    public static void writeTo(DataOutput out, List<RuleDefinition> definitions)
            throws IOException {
        out.writeInt(definitions.size());
        for (RuleDefinition definition : definitions) {
            definition.writeTo(out);
        }
    }

    /// Reads what [#writeTo(DataOutput, List)] wrote.
    ///
    /// @throws IOException when the input fails, ends early, or is damaged
    public static List<RuleDefinition> readFrom(DataInput in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > RuleSet.RULES_MAX) {
            throw new IOException("damaged rules: a list of " + count);
        }
        List<RuleDefinition> definitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            definitions.add(RuleDefinition.readFrom(in));
        }
        return List.copyOf(definitions);
    }
}
