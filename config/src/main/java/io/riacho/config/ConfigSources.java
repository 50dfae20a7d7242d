package io.riacho.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gathers a configuration from where it may be written: defaults, then a file, then the environment,
/// then flags, each over the one before. Not for use by several threads.
///
/// @param <T> the configuration's record, whose components are [Setting]s
public final class ConfigSources<T extends Record> {

    /// The largest file that is read.
    static final int FILE_BYTES_MAX = 1 << 20;

    private @Nullable String fileName;
    private String fileText = "";
    private final Map<String, Binder.Written> environment = new LinkedHashMap<>();
    private final Map<String, Binder.Written> flags = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final Class<T> type;
    private final ConfigCheck<T> check;
    private final List<String> paths;

    /// @param check what must hold between several settings
    public ConfigSources(Class<T> type, ConfigCheck<T> check) {
        this.type = type;
        this.check = check;
        this.paths = Schema.values(type, "").stream().map(Schema.Key::path).toList();
    }

    /// One section alone, for a part that is used or tested without a whole configuration.
    ///
    /// @param settings by path within the section, such as `port`, written as in a flag; what is not
    ///     there has its default
    /// @throws ConfigException when a path does not exist or a value is wrong
    public static <R extends Record> R section(Class<R> type, Map<String, String> settings) {
        ConfigSources<R> sources = new ConfigSources<>(type, (config, findings) -> {});
        settings.forEach(sources::flag);
        return sources.load().config();
    }

    /// Reads the file.
    ///
    /// @throws ConfigException when it cannot be read
    public ConfigSources<T> file(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new ConfigException(
                        List.of(file + " is larger than 1 MiB; that is no configuration"));
            }
            return text(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new ConfigException(List.of("there is no configuration file " + file));
        } catch (IOException e) {
            throw new ConfigException(
                    List.of("the configuration file " + file + " cannot be read: " + e));
        }
    }

    /// Takes the text of a file.
    ///
    /// @param name for messages
    public ConfigSources<T> text(String name, String yaml) {
        fileName = name;
        fileText = yaml;
        return this;
    }

    /// Takes the variables that name a setting (`RIACHO_TCP_PORT` is `tcp.port`). One that names none
    /// is left alone, since others may set variables that begin so (Kubernetes does for a service
    /// called riacho); when it is nearly right there is a warning.
    public ConfigSources<T> environment(Map<String, String> variables) {
        Map<String, String> pathOf = new LinkedHashMap<>();
        paths.forEach(path -> pathOf.put(Schema.variable(path), path));
        variables.forEach((name, value) -> {
            String path = pathOf.get(name);
            if (path != null) {
                environment.put(path, new Binder.Written(value, new Origin.Environment(name)));
            } else if (name.startsWith("RIACHO_")) {
                String near = null;
                for (String known : pathOf.keySet()) {
                    near = Suggestion.distance(name, known) <= 2 ? known : near;
                }
                if (near != null) {
                    warnings.add(
                            "the environment variable "
                                    + name
                                    + " is not known and changes nothing; did you mean "
                                    + near
                                    + "?");
                }
            }
        });
        return this;
    }

    /// Takes one flag.
    ///
    /// @param path such as `tcp.port`
    public ConfigSources<T> flag(String path, String value) {
        if (paths.contains(path)) {
            flags.put(path, new Binder.Written(value, new Origin.Flag(path)));
        } else {
            String nearest = Suggestion.nearest(path, paths);
            problems.add(
                    "--"
                            + path
                            + ": there is no such setting"
                            + (nearest == null ? "" : "; did you mean '" + nearest + "'?"));
        }
        return this;
    }

    /// As the flag of each port with 0: any free ones, for servers that must not meet another.
    public ConfigSources<T> anyPorts() {
        for (String path : paths) {
            if (path.endsWith(".port") || path.endsWith("-port")) {
                flag(path, "0");
            }
        }
        return this;
    }

    /// Puts it all together.
    ///
    /// @throws ConfigException with everything that is wrong
    public LoadedConfig<T> load() {
        Map<String, Binder.Written> overrides = new LinkedHashMap<>(environment);
        overrides.putAll(flags);
        String name = fileName == null ? "defaults" : fileName;
        YamlNode.Mapping file =
                fileText.isEmpty()
                        ? new YamlNode.Mapping(new LinkedHashMap<>(), 1)
                        : YamlReader.read(name, fileText);
        List<String> found = new ArrayList<>(problems);
        Binder binder = new Binder(name, overrides, found);
        T config = binder.root(type, file);
        if (config == null) {
            throw new ConfigException(found);
        }
        Findings findings = new Findings(binder);
        check.check(config, findings);
        if (!findings.problems().isEmpty()) {
            throw new ConfigException(findings.problems());
        }
        List<String> all = new ArrayList<>(warnings);
        all.addAll(findings.warnings());
        return new LoadedConfig<>(config, List.copyOf(binder.values()), List.copyOf(all));
    }
}
