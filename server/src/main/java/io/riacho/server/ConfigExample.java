package io.riacho.server;

import io.riacho.config.Schema;
import io.riacho.rules.RuleConfig;
import java.util.ArrayList;
import java.util.List;

/// Writes the example file: every key with its explanation and its default.
public final class ConfigExample {

    private static final int WIDTH = 100;

    private static final String HEAD =
            """
            # Riacho's configuration: every key, explained, with its default.
            #
            # The server reads the file given by --config, else the one that RIACHO_CONFIG names, else
            # riacho.yaml in the working directory; without any of them the defaults hold. An environment
            # variable wins over the file (RIACHO_TCP_PORT is tcp.port), a flag over both (--tcp.port=5001).
            # A key that does not exist is an error. `riacho config` prints what is in force, and why.
            #
            # Durations: 500ms, 30s, 5m, 2h, 7d. Sizes: 64KiB, 16MiB, 1.5GiB. `none` is the absence of a value.
            """;

    private static final String RULES =
            """
            #
            # rules:
            #   - name: irrigate-when-hot
            """;

    private ConfigExample() {}

    /// The whole file. Loading it gives the defaults.
    public static String text() {
        StringBuilder out = new StringBuilder(HEAD);
        section(out, ServerConfig.class, "", "");
        return out.toString();
    }

    private static void section(
            StringBuilder out, Class<? extends Record> type, String path, String indent) {
        for (Schema.Key key : Schema.keys(type, path)) {
            if (path.isEmpty()) {
                out.append('\n');
            }
            comment(out, indent, key.setting().doc());
            if (key.section() != null) {
                out.append(indent).append(key.name()).append(":\n");
                section(out, key.section(), key.path(), indent + "  ");
            } else if (key.path().equals("groups")) {
                out.append("# groups:\n#   north: [valve-1, valve-2]\ngroups: {}\n");
            } else if (key.path().equals("rules")) {
                rules(out);
            } else {
                out.append(indent).append(key.name()).append(": ").append(value(key)).append('\n');
            }
        }
    }

    private static String value(Schema.Key key) {
        String text = key.setting().value();
        if (key.component().getType() == List.class && !text.equals("none")) {
            return "[" + text + "]";
        }
        return text;
    }

    private static void rules(StringBuilder out) {
        out.append(RULES);
        for (Schema.Key key : Schema.values(RuleConfig.class, "")) {
            if (key.name().equals("name")) {
                continue;
            }
            boolean command = key.path().startsWith("command.");
            String sample =
                    switch (key.path()) {
                        case "metric" -> "temperature";
                        case "sensors" -> "[\"field-*\"]";
                        case "over" -> "5m";
                        case "when" -> "average > 25";
                        case "until" -> "average < 24";
                        case "for" -> "30s";
                        case "command.device" -> "\"{sensor}\"";
                        default -> key.setting().value();
                    };
            if (key.path().equals("command.device")) {
                out.append("#     command:\n");
            }
            String line = "#     " + (command ? "  " : "") + key.name() + ": " + sample;
            out.append(line)
                    .append(" ".repeat(Math.max(1, 36 - line.length())))
                    .append("# ")
                    .append(key.setting().doc())
                    .append('\n');
        }
        out.append("rules: none\n");
    }

    private static void comment(StringBuilder out, String indent, String text) {
        for (String line : wrapped(text, WIDTH - indent.length() - 2)) {
            out.append(indent).append("# ").append(line).append('\n');
        }
    }

    private static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
