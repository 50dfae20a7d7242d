package io.riacho.cli.devices;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.ConfigFlags;
import io.riacho.cli.common.Exit;
import io.riacho.disk.RealDisk;
import io.riacho.identity.Credentials;
import io.riacho.identity.DeviceRegistrar;
import io.riacho.identity.RegisteredDevice;
import io.riacho.identity.Role;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Issues, lists, rotates and revokes devices' certificates. Works on the data directory, whether a
/// server runs on it or not; a running one follows within a second.
@Command(
        name = "devices",
        description = "Issues, lists, rotates and revokes the identities of devices.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "For example:",
            "  riacho devices add gateway-1 --role gateway --sensors 'field-*'",
            "  riacho devices list",
        })
public final class DevicesCommand implements Runnable {

    private static final int COUNT_MAX = 10_000;
    private static final String CREDENTIALS = "credentials";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /// Without a subcommand: the help.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    @Command(
            name = "add",
            description = {
                "Issues an identity: a folder with private.key, certificate.pem, root-ca.pem and"
                        + " thing_name.txt.",
                "The first one makes Riacho's own certificate authority.",
            })
    int add(
            @Mixin ConfigFlags flags,
            @Parameters(paramLabel = "NAME", description = "The thing name: its MQTT client id.")
                    String name,
            @Option(
                            names = "--role",
                            required = true,
                            description = "gateway, compute or operator.")
                    String role,
            @Option(
                            names = "--sensors",
                            paramLabel = "GLOB",
                            split = ",",
                            description =
                                    "The sensors that a gateway publishes for, such as 'field-*';"
                                            + " every sensor unless given.")
                    @Nullable List<String> sensors,
            @Option(
                            names = "--devices",
                            paramLabel = "GLOB",
                            split = ",",
                            description =
                                    "The devices and groups whose commands a gateway hears; every"
                                            + " one unless given.")
                    @Nullable List<String> devices,
            @Option(
                            names = "--count",
                            paramLabel = "N",
                            description = "As many, called NAME-1 to NAME-N.")
                    @Nullable Integer count,
            @Option(
                            names = "--csr",
                            paramLabel = "FILE",
                            description =
                                    "Sign this request (PKCS#10) instead of making a key: the"
                                            + " device keeps its own.")
                    @Nullable Path request,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            defaultValue = CREDENTIALS,
                            description = "Where the folders go; ${DEFAULT-VALUE} unless given.")
                    Path out) {
        if (count != null && (count < 1 || count > COUNT_MAX)) {
            throw usage("--count takes 1 to " + COUNT_MAX);
        }
        if (count != null && request != null) {
            throw usage("--csr is for one device: without --count");
        }
        return with(
                flags,
                (config, known) -> {
                    DeviceRegistrar.Rights rights =
                            new DeviceRegistrar.Rights(
                                    Role.ofDevice(role),
                                    sensors == null ? List.of() : sensors,
                                    devices == null ? List.of() : devices);
                    List<RegisteredDevice> added;
                    if (request == null) {
                        added = known.add(names(name, count), rights, out);
                    } else {
                        added = List.of(known.add(name, rights, read(request), out));
                    }
                    PrintWriter printer = spec.commandLine().getOut();
                    for (RegisteredDevice each : added) {
                        printer.println(
                                each.name()
                                        + " ("
                                        + each.role().text()
                                        + ") until "
                                        + each.current().end()
                                        + ": "
                                        + out.resolve(each.name()));
                    }
                    printer.println();
                    new DeviceText(config)
                            .connect(
                                    added.getFirst(),
                                    new Credentials(out.resolve(added.getFirst().name())),
                                    request != null)
                            .forEach(printer::println);
                });
    }

    @Command(name = "list", description = "All devices.")
    int list(@Mixin ConfigFlags flags) {
        return with(
                flags,
                (config, known) ->
                        new DeviceText(config)
                                .table(known.read().devices(), InstantSource.system().instant())
                                .forEach(spec.commandLine().getOut()::println));
    }

    @Command(name = "show", description = "What is known of one device.")
    int show(
            @Mixin ConfigFlags flags,
            @Parameters(paramLabel = "NAME", description = "The thing name.") String name) {
        return with(
                flags,
                (config, known) ->
                        new DeviceText(config)
                                .details(known.get(name), InstantSource.system().instant())
                                .forEach(spec.commandLine().getOut()::println));
    }

    @Command(
            name = "revoke",
            description = {
                "Refuses devices for good.",
                "A running server disconnects them within a second; their names stay taken.",
            })
    int revoke(
            @Mixin ConfigFlags flags,
            @Parameters(paramLabel = "NAME", arity = "1..*", description = "The thing names.")
                    List<String> names) {
        return with(
                flags,
                (config, known) -> {
                    for (String name : names) {
                        RegisteredDevice device = known.revoke(name);
                        spec.commandLine()
                                .getOut()
                                .println(name + " was revoked at " + device.revokedAt());
                    }
                });
    }

    @Command(
            name = "rotate",
            description = {
                "Gives a device a new key and certificate.",
                "Its folder holds the new ones, NAME.previous the old ones.",
            })
    int rotate(
            @Mixin ConfigFlags flags,
            @Parameters(paramLabel = "NAME", description = "The thing name.") String name,
            @Option(
                            names = "--overlap",
                            paramLabel = "DURATION",
                            defaultValue = "24h",
                            description =
                                    "How long the old certificate still counts; 0s when its key"
                                            + " may be in wrong hands. ${DEFAULT-VALUE} unless"
                                            + " given.")
                    Duration overlap,
            @Option(
                            names = "--out",
                            paramLabel = "DIR",
                            defaultValue = CREDENTIALS,
                            description = "Where its folder is; ${DEFAULT-VALUE} unless given.")
                    Path out) {
        return with(
                flags,
                (config, known) -> {
                    RegisteredDevice device = known.rotate(name, overlap, out);
                    PrintWriter printer = spec.commandLine().getOut();
                    printer.println(
                            name
                                    + " has a certificate until "
                                    + device.current().end()
                                    + ": "
                                    + out.resolve(name));
                    printer.println(
                            "the one before counts until "
                                    + device.certificates()
                                            .get(device.certificates().size() - 2)
                                            .end());
                });
    }

    /// The work of a subcommand.
    private interface Work {
        void with(ServerConfig config, DeviceRegistrar devices) throws IOException;
    }

    private int with(ConfigFlags flags, Work work) {
        ServerConfig config = flags.load().config();
        DeviceRegistrar devices =
                new DeviceRegistrar(
                        new RealDisk(),
                        config.identityDirectory(),
                        config.identity(),
                        InstantSource.system());
        try {
            work.with(config, devices);
            return Exit.DONE;
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(Exit.USAGE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailedException(Exit.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static byte[] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IOException("cannot read " + file + ": there is no such file", e);
        } catch (IOException e) {
            throw new IOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static List<String> names(String name, @Nullable Integer count) {
        return count == null
                ? List.of(name)
                : IntStream.rangeClosed(1, count).mapToObj(i -> name + "-" + i).toList();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
