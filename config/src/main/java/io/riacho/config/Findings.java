package io.riacho.config;

import java.util.ArrayList;
import java.util.List;

/// Problems and warnings that a [ConfigCheck] finds, each with the place where its key was written.
/// Not for use by several threads.
public final class Findings {

    private final Binder binder;
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    Findings(Binder binder) {
        this.binder = binder;
    }

    /// Where a key's value comes from.
    ///
    /// @param path such as `tcp.port`
    public Origin origin(String path) {
        return binder.origin(path);
    }

    /// The configuration is refused.
    ///
    /// @param path of the key that is wrong
    /// @param what is wrong and what would be right
    public void problem(String path, String what) {
        problems.add(binder.origin(path) + ": '" + path + "': " + what);
    }

    /// Something works but deserves to be known.
    public void warning(String text) {
        warnings.add(text);
    }

    List<String> problems() {
        return problems;
    }

    List<String> warnings() {
        return warnings;
    }
}
