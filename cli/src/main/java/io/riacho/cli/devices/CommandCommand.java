package io.riacho.cli.devices;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.riacho.cli.common.ServerFlag;
import io.riacho.config.Units;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Switches devices by hand, through a running server.
@Command(
        name = "command",
        description = "Switches a device or a group by hand, or gives it back to its rules.",
        footer = {
            "",
            "  riacho command pump-1 on --for 10m   on for ten minutes, whatever the rules say",
            "  riacho command pump-1 off            off until 'auto'",
            "  riacho command pump-1 auto           as the rules say",
        })
public final class CommandCommand implements Runnable {

    /// The second word of the command line.
    enum What {
        ON,
        OFF,
        AUTO
    }

    @Parameters(index = "0", paramLabel = "DEVICE", description = "A device, or a group of them.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String device;

    @Parameters(index = "1", paramLabel = "on|off|auto", description = "What it is to do.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private What what;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            description = "How long, such as 10m; otherwise until 'auto'.")
    private @Nullable Duration howLong;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ServerFlag server;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        if (howLong != null && what == What.AUTO) {
            throw new ParameterException(spec.commandLine(), "--for goes with on and off");
        }
        ObjectNode order = new ObjectMapper().createObjectNode().put("device_id", device);
        switch (what) {
            case ON, OFF -> order.put("turn_on", what == What.ON);
            case AUTO -> order.put("auto", true);
        }
        if (howLong != null) {
            order.put("for", Units.text(howLong));
        }
        byte[] body = order.toString().getBytes(StandardCharsets.UTF_8);
        JsonNode answer =
                server.ask(asked -> asked.post("/api/v1/commands", "application/json", body), "");
        print(answer.path("commands"));
    }

    private void print(JsonNode commands) {
        PrintWriter out = spec.commandLine().getOut();
        for (JsonNode each : commands) {
            out.printf(
                    "%s: %s by %s, %s (command %s)%n",
                    each.path("device_id").asText(),
                    each.path("turn_on").asBoolean() ? "on" : "off",
                    each.path("rule").asText(),
                    each.path("state").asText(),
                    each.path("id").asText());
        }
        if (commands.isEmpty()) {
            out.println(device + ": has never had a command");
        }
        out.flush();
    }
}
