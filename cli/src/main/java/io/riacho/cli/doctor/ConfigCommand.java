package io.riacho.cli.doctor;

import io.riacho.cli.common.ConfigFlags;
import io.riacho.config.LoadedConfig;
import io.riacho.server.ConfigExample;
import io.riacho.server.ServerConfig;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Prints what is in force and where each value was written.
@Command(
        name = "config",
        description = "What is in force, and where each value was written.",
        footer = {
            "",
            "With the same options and environment as 'riacho up', it prints what 'up' would use.",
        })
public final class ConfigCommand implements Runnable {

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigFlags flags;

    @Option(names = "--example", description = "Print the example file, every key explained.")
    private boolean example;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (example) {
            out.print(ConfigExample.text());
            out.flush();
            return;
        }
        LoadedConfig<ServerConfig> loaded = flags.load();
        int paths = width(loaded, true);
        int texts = width(loaded, false);
        for (LoadedConfig.Value value : loaded.settings()) {
            out.printf(
                    "%-" + paths + "s  %-" + texts + "s  %s%n",
                    value.path(),
                    value.text(),
                    value.origin());
        }
        loaded.warnings()
                .forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
    }

    private static int width(LoadedConfig<ServerConfig> loaded, boolean ofPath) {
        return loaded.settings().stream()
                .mapToInt(value -> (ofPath ? value.path() : value.text()).length())
                .max()
                .orElse(1);
    }
}
