package io.riacho.cli.flow;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.riacho.protocol.actuator.ActuationCommand;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/// Messages as grpcurl prints them: proto3 JSON, one object after another, pretty-printed; 64-bit
/// integers as text; defaults left out, but for `turnOn`, which is a decision also when it is false.
final class GrpcurlJson {

    private static final Set<FieldDescriptor> ALWAYS =
            Set.of(
                    ActuationCommand.getDescriptor()
                            .findFieldByNumber(ActuationCommand.TURN_ON_FIELD_NUMBER));

    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().includingDefaultValueFields(ALWAYS);

    private GrpcurlJson() {}

    static String print(Message message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("a message of a type that JSON cannot hold", e);
        }
    }

    /// Replaces the file by these messages, whole or not at all.
    static void write(Path file, Iterable<? extends Message> messages) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (Writer out = Files.newBufferedWriter(temporary, StandardCharsets.UTF_8)) {
            for (Message message : messages) {
                out.write(print(message));
                out.write('\n');
            }
        }
        Files.move(
                temporary,
                file,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
