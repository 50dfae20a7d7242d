package io.riacho.cli.common;

import io.riacho.client.ClientTls;
import java.io.IOException;
import java.net.URI;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of every command that speaks to a running server over HTTP.
public final class ServerFlag {

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "A running server, http:// or https://; http://127.0.0.1:8080 unless given.")
    private @Nullable URI server;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TlsFlags tls;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /// A request to the server, with its answer.
    public interface Question<T> {
        public T ask(ServerClient server)
                throws IOException, InterruptedException, ServerClient.RefusedException;
    }

    public boolean isGiven() {
        return server != null;
    }

    /// Asks it.
    ///
    /// @param otherwise what to do if it does not run
    /// @throws CommandFailedException when it refuses or does not answer
    public <T> T ask(Question<T> question, String otherwise) {
        URI uri = server == null ? URI.create("http://127.0.0.1:8080") : server;
        if (uri.getHost() == null
                || uri.getScheme() == null
                || !uri.getScheme().startsWith("http")) {
            throw new ParameterException(
                    spec.commandLine(), "--server takes an address such as http://127.0.0.1:8080");
        }
        ClientTls with = tls.tls();
        if (with != null && !uri.getScheme().equals("https")) {
            throw new ParameterException(
                    spec.commandLine(), "TLS is for https://, and --server says " + uri);
        }
        try {
            return question.ask(new ServerClient(uri, with));
        } catch (SSLException e) {
            throw new CommandFailedException(Exit.UNREACHABLE, TlsFlags.failed(uri.toString(), e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(Exit.FAILED, "interrupted while waiting for " + uri);
        } catch (ServerClient.RefusedException e) {
            throw new CommandFailedException(Exit.FAILED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailedException(
                    Exit.UNREACHABLE,
                    "no answer from "
                            + uri
                            + (e.getMessage() == null ? "" : ": " + e.getMessage())
                            + "; is the server running ('riacho up')?"
                            + otherwise);
        }
    }
}
