package io.riacho.server;

import io.riacho.core.rules.RuleSet;
import io.riacho.rules.CelConditions;
import io.riacho.rules.RuleDefinition;
import io.riacho.rules.RuleException;
import io.riacho.rules.Rules;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Rules as they are configured, compiled, and journaled.
final class StoredRules {

    private StoredRules() {}

    /// @throws IllegalArgumentException listing all that is wrong
    static List<RuleDefinition> definitions(ServerConfig config) {
        try {
            return Rules.definitions(config.rules(), config.groups());
        } catch (RuleException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// @throws IllegalArgumentException listing all that is wrong
    static RuleSet compile(List<RuleDefinition> rules, CelConditions conditions) {
        try {
            return Rules.compile(rules, conditions);
        } catch (RuleException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /// The rules as the journal keeps them; [#read] reads it.
    static ByteBuffer write(List<RuleDefinition> rules) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            Rules.writeTo(out, rules);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    static RuleSet read(ByteBuffer definitions, CelConditions conditions) {
        byte[] bytes = new byte[definitions.remaining()];
        definitions.get(bytes);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return compile(Rules.readFrom(in), conditions);
        } catch (IOException e) {
            throw new IllegalStateException("the journaled rules cannot be read", e);
        }
    }
}
