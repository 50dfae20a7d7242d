package io.riacho.rules;

import java.util.List;

/// Rules that cannot run, each with what is wrong and what would be right.
public final class RuleException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String[] problems;

    RuleException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = problems.toArray(String[]::new);
    }

    RuleException(String problem) {
        this(List.of(problem));
    }

    /// One line each.
    public List<String> problems() {
        return List.of(problems);
    }
}
