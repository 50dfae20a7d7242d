package io.riacho.cli.devices;

import com.fasterxml.jackson.databind.JsonNode;
import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.ServerFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Publishes an update or a configuration to gateways, through a running server.
@Command(
        name = "update",
        description = "Publishes an update or a configuration to all gateways that subscribe it.",
        footer = {
            "",
            "  riacho update --message '{\"interval\": \"5s\"}' --content-type application/json",
            "  riacho update --file firmware.json",
        })
public final class UpdateCommand implements Runnable {

    /// The update: text or a file, one of them.
    private static final class Content {
        @Option(names = "--message", paramLabel = "TEXT", description = "The update itself.")
        private @Nullable String message;

        @Option(names = "--file", paramLabel = "FILE", description = "A file that is the update.")
        private @Nullable Path file;

        byte[] bytes() {
            if (file == null) {
                return String.valueOf(message).getBytes(StandardCharsets.UTF_8);
            }
            try {
                return Files.readAllBytes(file);
            } catch (IOException e) {
                throw new CommandFailedException(Exit.FAILED, "cannot read " + file + ": " + e);
            }
        }
    }

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Content content;

    @Option(
            names = "--content-type",
            paramLabel = "TYPE",
            description = "Its media type; ${DEFAULT-VALUE} unless given.")
    private String contentType = "application/octet-stream";

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ServerFlag server;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        byte[] bytes = content.bytes();
        JsonNode answer =
                server.ask(asked -> asked.post("/api/v1/updates", contentType, bytes), "");
        int subscribers = answer.path("subscribers").asInt();
        String sent =
                subscribers == 1
                        ? "sent to 1 subscriber"
                        : "sent to " + subscribers + " subscribers";
        JsonNode broker = answer.path("broker");
        spec.commandLine()
                .getOut()
                .println(broker.isTextual() ? sent + " and to " + broker.textValue() : sent);
    }
}
