package io.riacho.cli.loadtest;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.TlsFlags;
import io.riacho.client.Target;
import io.riacho.loadtest.LoadKind;
import io.riacho.loadtest.LoadOptions;
import io.riacho.loadtest.LoadReport;
import io.riacho.loadtest.LoadResult;
import io.riacho.loadtest.LoadRun;
import io.riacho.loadtest.ServerProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Runs the reports' load tests.
@Command(
        name = "load",
        description = "Many connections to one service: response times, and what the server uses.",
        footer = {
            "",
            "Response times count from the instant a request was due, so that a server that stalls",
            "cannot hide it. Exit code 1 when something failed or was lost.",
        })
public final class LoadCommand implements Runnable {

    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h)");

    @Option(
            names = "--target",
            required = true,
            paramLabel = "sensor|hello|tcp",
            description = "What is loaded.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private LoadKind kind;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            description = "Where it is; this machine, at its usual port, unless given.")
    private @Nullable String to;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "50",
            description = "How many at once; ${DEFAULT-VALUE} unless given.")
    private int connections;

    @Option(
            names = "--duration",
            paramLabel = "D",
            defaultValue = "30s",
            description = "How long, once all connections stand; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String duration;

    @Option(
            names = "--period",
            paramLabel = "D",
            defaultValue = "1s",
            description = {
                "How often each connection sends; ${DEFAULT-VALUE} unless given.",
                "A sensor sets its own pace, one reading a second.",
            })
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String period;

    @Option(
            names = "--spread",
            description = "Connections take turns within a period, instead of all at once.")
    private boolean spread;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = {
                "The server's process, to watch; found by its port where that is possible.",
                "For a container: docker inspect -f '{{.State.Pid}}' NAME",
            })
    private @Nullable Long pid;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Also write load-TARGET-N.json and .html there.")
    private @Nullable Path out;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TlsFlags tls;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        LoadOptions options = options();
        PrintWriter err = spec.commandLine().getErr();
        LoadResult result;
        try {
            result = new LoadRun(options, server(options), err).run();
        } catch (IOException e) {
            throw new CommandFailedException(Exit.USAGE, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(Exit.FAILED, "interrupted");
        }
        PrintWriter output = spec.commandLine().getOut();
        output.print(LoadReport.table(result));
        output.flush();
        if (out != null) {
            write(result, out);
        }
        if (result.opened() == 0) {
            throw new CommandFailedException(
                    Exit.UNREACHABLE, "no connection to " + options.target());
        }
        if (!result.complete()) {
            throw new CommandFailedException(
                    Exit.FAILED,
                    result.failed() + " failed, " + result.lost() + " lost, as said above");
        }
    }

    private LoadOptions options() {
        try {
            return new LoadOptions(
                    kind,
                    to == null ? new Target("localhost", kind.port()) : Target.parse(to),
                    connections,
                    parse("--duration", duration),
                    parse("--period", period),
                    spread,
                    tls.tls());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Duration parse(String option, String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    option + " takes a duration such as 500ms, 30s or 5m, and not '" + text + "'");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            default -> Duration.ofHours(count);
        };
    }

    private @Nullable ServerProcess server(LoadOptions options) {
        if (pid != null) {
            return new ServerProcess(pid);
        }
        try {
            return InetAddress.getByName(options.target().host()).isLoopbackAddress()
                    ? ServerProcess.listeningOn(options.target().port()).orElse(null)
                    : null;
        } catch (UnknownHostException e) {
            // The load itself will say so.
            return null;
        }
    }

    private void write(LoadResult result, Path folder) {
        LoadOptions options = result.options();
        String name =
                "load-"
                        + options.kind().name().toLowerCase(Locale.ROOT)
                        + "-"
                        + options.connections();
        try {
            Files.createDirectories(folder);
            LoadReport.writeJson(result, folder.resolve(name + ".json"));
            LoadReport.writeHtml(result, folder.resolve(name + ".html"));
        } catch (IOException e) {
            throw new CommandFailedException(
                    Exit.FAILED, "could not write to " + folder + ": " + e.getMessage());
        }
        spec.commandLine().getErr().println("wrote " + folder.resolve(name) + ".json and .html");
    }
}
