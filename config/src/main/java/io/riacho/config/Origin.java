package io.riacho.config;

/// The place where a value was written. Later ones win over earlier ones, in the order given here.
public sealed interface Origin {

    /// Nowhere.
    record Default() implements Origin {
        @Override
        public String toString() {
            return "default";
        }
    }

    /// In the file.
    ///
    /// @param line from 1
    record File(String name, int line) implements Origin {
        @Override
        public String toString() {
            return name + ":" + line;
        }
    }

    /// In an environment variable.
    record Environment(String variable) implements Origin {
        @Override
        public String toString() {
            return variable;
        }
    }

    /// On the command line.
    record Flag(String path) implements Origin {
        @Override
        public String toString() {
            return "--" + path;
        }
    }
}
