package io.riacho.cli.common;

import io.riacho.config.ConfigSources;
import io.riacho.config.LoadedConfig;
import io.riacho.server.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of every command that needs a server's configuration.
public final class ConfigFlags {

    private static final Path USUAL_FILE = Path.of("riacho.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The configuration. Otherwise the file that RIACHO_CONFIG names, else"
                            + " riacho.yaml here, else the defaults.")
    @Nullable Path file;

    @Option(names = "--data", paramLabel = "DIR", description = "The data directory.")
    @Nullable Path data;

    @Option(names = "--simulate", description = "Simulate sensors that nobody feeds.")
    boolean simulate;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Any setting, such as tcp.port=5001; --tcp.port=5001 does the same.")
    List<String> settings = new ArrayList<>();

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "Where doors listen.")
    @Nullable String bind;

    @Option(
            names = "--allow-plaintext",
            description = "Listen off loopback without TLS and credentials.")
    boolean allowPlaintext;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /// The configuration in force, from the file, this process's environment and the flags.
    ///
    /// @throws io.riacho.config.ConfigException when it is refused
    public LoadedConfig<ServerConfig> load() {
        Map<String, String> environment = System.getenv();
        return over(usual(environment), environment);
    }

    /// The same, but for the file: without `--config` it is the one given.
    ///
    /// @param name for messages
    public LoadedConfig<ServerConfig> loadOver(String name, String yaml) {
        ConfigSources<ServerConfig> sources = ServerConfig.sources();
        return over(file == null ? sources.text(name, yaml) : sources.file(file), System.getenv());
    }

    private LoadedConfig<ServerConfig> over(
            ConfigSources<ServerConfig> sources, Map<String, String> environment) {
        sources.environment(environment);
        for (String setting : settings) {
            flag(sources, setting);
        }
        if (bind != null) {
            sources.flag("bind", bind);
        }
        if (allowPlaintext) {
            sources.flag("allow-plaintext", "true");
        }
        if (data != null) {
            sources.flag("data", data.toString());
        }
        if (simulate) {
            sources.flag("simulate", "true");
        }
        return sources.load();
    }

    private ConfigSources<ServerConfig> usual(Map<String, String> environment) {
        ConfigSources<ServerConfig> sources = ServerConfig.sources();
        String named = environment.get("RIACHO_CONFIG");
        if (file != null) {
            return sources.file(file);
        }
        if (named != null && !named.isEmpty()) {
            return sources.file(Path.of(named));
        }
        return Files.exists(USUAL_FILE) ? sources.file(USUAL_FILE) : sources;
    }

    private void flag(ConfigSources<ServerConfig> sources, String setting) {
        int equals = setting.indexOf('=');
        if (equals <= 0) {
            throw new ParameterException(
                    spec.commandLine(), "--set takes KEY=VALUE, such as --set tcp.port=5001");
        }
        sources.flag(setting.substring(0, equals), setting.substring(equals + 1));
    }
}
