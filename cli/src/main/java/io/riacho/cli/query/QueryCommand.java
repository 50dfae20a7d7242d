package io.riacho.cli.query;

import io.riacho.cli.common.Exit;
import io.riacho.cli.common.ServerFlag;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Runs one read-only SQL query, on a running server or on the data of a stopped one.
@Command(
        name = "query",
        description = "Read-only SQL over everything stored, of a running server or a stopped one.",
        footer = {
            "",
            "Views: readings, rollups, conflicts, commands, devices, series. For example:",
            "  riacho query \"SELECT sensor, metric, count, mean FROM series\"",
        })
public final class QueryCommand implements Callable<Integer> {

    @Option(
            names = "--format",
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Format format;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ServerFlag server;

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
    public Integer call() {
        if (server.isGiven() && data != null) {
            throw new ParameterException(
                    spec.commandLine(), "--server or --data, not both: which one is asked?");
        }
        Answer answer =
                data == null
                        ? server.ask(
                                asked -> QueryClient.ask(asked, sql),
                                " A stopped one's data: --data DIR")
                        : StoppedServer.ask(data, sql);
        format.print(answer, spec.commandLine().getOut());
        if (answer.truncated()) {
            spec.commandLine().getErr().println("riacho: there are more rows; this is a part");
        }
        return Exit.DONE;
    }
}
