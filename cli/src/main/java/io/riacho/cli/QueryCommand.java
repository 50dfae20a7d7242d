package io.riacho.cli;

import io.riacho.cli.query.Answer;
import io.riacho.cli.query.Format;
import io.riacho.cli.query.QueryClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Read-only SQL.
@Command(
        name = "query",
        description = "Read-only SQL over everything stored, of a running server or a stopped one.",
        footer = {
            "",
            "Views: readings, rollups, conflicts, commands, devices, series. For example:",
            "  riacho query \"SELECT sensor, metric, count, mean FROM series\"",
        })
final class QueryCommand implements Callable<Integer> {

    @Option(
            names = "--format",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Format format;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "A running server; http://127.0.0.1:8080 unless given.")
    private @Nullable URI server;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory of a server that is stopped.")
    private @Nullable Path data;

    @Parameters(index = "0", paramLabel = "SQL", description = "A SELECT.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String sql;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (server != null && data != null) {
            throw new ParameterException(
                    spec.commandLine(), "--server or --data, not both: which one is asked?");
        }
        Answer answer = data == null ? ofServer() : StoppedServer.ask(data, sql);
        format.print(answer, spec.commandLine().getOut());
        if (answer.truncated()) {
            spec.commandLine().getErr().println("riacho: there are more rows; this is a part");
        }
        return Exit.DONE;
    }

    private Answer ofServer() throws InterruptedException {
        URI uri = server == null ? URI.create("http://127.0.0.1:8080") : server;
        if (uri.getHost() == null
                || uri.getScheme() == null
                || !uri.getScheme().startsWith("http")) {
            throw new ParameterException(
                    spec.commandLine(), "--server takes an address such as http://127.0.0.1:8080");
        }
        try {
            return QueryClient.ask(uri, sql);
        } catch (QueryClient.RefusedException e) {
            throw new CommandFailedException(Exit.FAILED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailedException(
                    Exit.UNREACHABLE,
                    "no answer from "
                            + uri
                            + (e.getMessage() == null ? "" : ": " + e.getMessage())
                            + "; is the server running ('riacho up')? A stopped one's data:"
                            + " --data DIR");
        }
    }
}
