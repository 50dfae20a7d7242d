package io.riacho.cli.doctor;

import io.riacho.cli.common.ConfigFlags;
import io.riacho.cli.common.Exit;
import io.riacho.config.LoadedConfig;
import io.riacho.server.ServerConfig;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints the diagnosis of this machine; fails when a server would not start.
@Command(
        name = "doctor",
        description = "Whether a server would be well here: Java, ports, disk, clock, limits.",
        footer = {"", "Ends with 1 when something would keep a server from starting."})
public final class DoctorCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigFlags flags;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        LoadedConfig<ServerConfig> loaded = flags.load();
        List<Finding> findings = new Diagnosis(loaded.config()).findings();
        for (Finding finding : findings) {
            out.printf("%-4s  %-10s  %s%n", finding.grade(), finding.subject(), finding.detail());
        }
        loaded.warnings().forEach(warning -> out.printf("%-4s  %-10s  %s%n", "WARN", "", warning));
        boolean failed =
                findings.stream().anyMatch(finding -> finding.grade() == Finding.Grade.FAIL);
        return failed ? Exit.FAILED : Exit.DONE;
    }
}
