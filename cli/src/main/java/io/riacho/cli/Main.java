package io.riacho.cli;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.Logging;
import io.riacho.cli.common.StartTime;
import io.riacho.cli.common.Version;
import io.riacho.cli.demo.DemoCommand;
import io.riacho.cli.demo.RehearseCommand;
import io.riacho.cli.demo.SimulateCommand;
import io.riacho.cli.devices.CommandCommand;
import io.riacho.cli.devices.DevicesCommand;
import io.riacho.cli.devices.UpdateCommand;
import io.riacho.cli.doctor.ConfigCommand;
import io.riacho.cli.doctor.DoctorCommand;
import io.riacho.cli.doctor.VersionCommand;
import io.riacho.cli.flow.FlowCommand;
import io.riacho.cli.flow.HelloCommand;
import io.riacho.cli.loadtest.LoadCommand;
import io.riacho.cli.query.QueryCommand;
import io.riacho.cli.serve.ActuatorCommand;
import io.riacho.cli.serve.GreetingCommand;
import io.riacho.cli.serve.ProcessorCommand;
import io.riacho.cli.serve.SensorCommand;
import io.riacho.cli.serve.UpCommand;
import io.riacho.config.ConfigException;
import io.riacho.config.Units;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/// The entry point of `./riacho`: hands the arguments to one command and ends with its exit code.
@Command(
        name = "riacho",
        header = "Carries sensor readings to actions: durable, exact, queryable.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:it did not work; the message says why",
            "2:the command line does not make sense",
            "3:the configuration is refused",
            "4:a server does not answer at the address given",
        },
        footer = {
            "",
            "Begin with:  ./riacho demo            a living field, nothing to set up",
            "             ./riacho up              the server",
            "             ./riacho COMMAND --help  what a command takes",
        })
public final class Main implements Runnable {

    static {
        // First of all: it is set when it is touched.
        StartTime.touch();
    }

    /// In the order of the help.
    private static final List<Map.Entry<String, Class<?>>> COMMANDS =
            List.of(
                    Map.entry("up", UpCommand.class),
                    Map.entry("demo", DemoCommand.class),
                    Map.entry("simulate", SimulateCommand.class),
                    Map.entry("query", QueryCommand.class),
                    Map.entry("command", CommandCommand.class),
                    Map.entry("devices", DevicesCommand.class),
                    Map.entry("update", UpdateCommand.class),
                    Map.entry("sensor", SensorCommand.class),
                    Map.entry("processor", ProcessorCommand.class),
                    Map.entry("actuator", ActuatorCommand.class),
                    Map.entry("greeting", GreetingCommand.class),
                    Map.entry("flow", FlowCommand.class),
                    Map.entry("hello", HelloCommand.class),
                    Map.entry("load", LoadCommand.class),
                    Map.entry("config", ConfigCommand.class),
                    Map.entry("doctor", DoctorCommand.class),
                    Map.entry("version", VersionCommand.class),
                    Map.entry("rehearse", RehearseCommand.class),
                    Map.entry("help", CommandLine.HelpCommand.class));

    private static final Pattern SETTING = Pattern.compile("--[a-z-]+(\\.[a-zA-Z_-]+)+=.*");

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandLine.Model.CommandSpec spec;

    /// Runs a command and ends the process with its exit code.
    public static void main(String[] arguments) {
        Logging.takeOverJavaLogging();
        System.exit(
                run(
                        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        arguments));
    }

    /// Runs a command.
    ///
    /// @return its exit code
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return withCommands(arguments.length == 0 ? "" : arguments[0])
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Duration.class, Main::duration)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setExecutionExceptionHandler(Main::failed)
                .execute(settingsAsOptions(arguments));
    }

    /// Only the command that is called is looked at, by reflection, where it is one: the others would
    /// cost a quarter of the time to start.
    private static CommandLine withCommands(String called) {
        CommandLine line = new CommandLine(new Main());
        boolean known = COMMANDS.stream().anyMatch(each -> each.getKey().equals(called));
        for (Map.Entry<String, Class<?>> command : COMMANDS) {
            if (!known || called.equals("help") || command.getKey().equals(called)) {
                line.addSubcommand(command.getKey(), command.getValue());
            }
        }
        addHelp(line);
        return line;
    }

    /// `--help`, of a command and of its own commands.
    private static void addHelp(CommandLine command) {
        if (command.getCommandSpec().findOption("--help") == null) {
            command.getCommandSpec()
                    .addOption(
                            OptionSpec.builder("-h", "--help")
                                    .usageHelp(true)
                                    .description("Shows this.")
                                    .build());
        }
        command.getSubcommands().values().forEach(Main::addHelp);
    }

    private static Duration duration(String text) {
        try {
            return Units.duration(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    /// `--tcp.port=5001` is `--set=tcp.port=5001`: settings have a dot, options have none.
    private static String[] settingsAsOptions(String... arguments) {
        return Arrays.stream(arguments)
                .map(each -> SETTING.matcher(each).matches() ? "--set=" + each.substring(2) : each)
                .toArray(String[]::new);
    }

    private static int failed(
            Exception thrown, CommandLine line, CommandLine.ParseResult arguments) {
        PrintWriter err = line.getErr();
        return switch (thrown) {
            case CommandFailedException failed -> {
                err.println("riacho: " + failed.getMessage());
                yield failed.exit();
            }
            case ConfigException refused -> {
                err.println("riacho: the configuration is refused:");
                refused.problems().forEach(problem -> err.println("  " + problem));
                yield Exit.CONFIGURATION;
            }
            default -> {
                err.println("riacho: " + thrown);
                if (Logging.debugging()) {
                    thrown.printStackTrace(err);
                } else {
                    err.println("riacho: RIACHO_LOG=debug shows where it happened");
                }
                yield Exit.FAILED;
            }
        };
    }

    /// Without a command: the help.
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
