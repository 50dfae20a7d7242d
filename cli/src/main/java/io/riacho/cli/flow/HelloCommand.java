package io.riacho.cli.flow;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.TlsFlags;
import io.riacho.client.Target;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Asks the greeting service for a greeting and prints it.
@Command(name = "hello", description = "Asks the greeting service to greet someone.")
public final class HelloCommand implements Runnable {

    @Parameters(index = "0", paramLabel = "HOST:PORT", description = "The Saudacao service.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String target;

    @Parameters(index = "1", paramLabel = "NAME", description = "Whom to greet.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TlsFlags tls;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        Target service;
        try {
            service = Target.parse(target);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        try {
            spec.commandLine().getOut().println(Hello.greet(service, name, tls.tls()));
        } catch (IOException e) {
            throw new CommandFailedException(Exit.UNREACHABLE, String.valueOf(e.getMessage()));
        }
    }
}
