package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Writes JSON documents, and values whose type is known only when they are written.
public final class JsonWriting {

    public static final String TYPE = "application/json";

    private JsonWriting() {}

    /// What writes a document.
    public interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    public static byte[] bytes(Content content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JsonFactories.OBJECTS.createGenerator(out)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing JSON to memory", e);
        }
        return out.toByteArray();
    }

    public static JsonGenerator to(OutputStream out) throws IOException {
        return JsonFactories.OBJECTS.createGenerator(out);
    }

    /// A value out of SQL; numbers that JSON cannot say are null.
    public static void value(JsonGenerator json, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Boolean truth -> json.writeBoolean(truth);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case BigInteger number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(number);
            case Number number -> number(json, number.doubleValue());
            case Instant time -> json.writeString(text(time));
            default -> json.writeString(value.toString());
        }
    }

    public static void number(JsonGenerator json, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeNull();
        }
    }

    public static String text(Instant time) {
        return Rfc3339.format(
                Math.addExact(
                        Math.multiplyExact(time.getEpochSecond(), 1_000_000L),
                        time.getNano() / 1000));
    }
}
