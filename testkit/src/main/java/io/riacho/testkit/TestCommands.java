package io.riacho.testkit;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandFields;

/// Makes commands of which a test says no more than it is about.
public final class TestCommands {

    private TestCommands() {}

    /// A command that was just issued by rule `rule` for sensor `s1`, at 1 s; an odd one turns on.
    public static Command issued(String id, String device, long sequence, long expiresAtMicros) {
        return new Command(
                new CommandFields(
                        id, device, "s1", sequence % 2 == 1, "rule", 25.5, 1_000_000, sequence),
                Command.State.ISSUED,
                expiresAtMicros);
    }
}
