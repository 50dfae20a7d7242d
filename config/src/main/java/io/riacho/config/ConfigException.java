package io.riacho.config;

import java.util.List;

/// The configuration cannot be used. Holds every problem that was found, each with its place and what
/// to do about it.
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public ConfigException(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    /// One line each, in the order of the file.
    public List<String> problems() {
        return problems;
    }
}
