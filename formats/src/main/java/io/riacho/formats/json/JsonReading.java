package io.riacho.formats.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Reads small JSON documents: reports of devices, and requests. An object nested deeper than 8 is an
/// error. [JsonReadings] reads readings.
public final class JsonReading {

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactories.OBJECTS);

    private JsonReading() {}

    /// A parser of the document's tokens, to which a key that stands twice in an object is an error.
    public static JsonParser parser(byte[] bytes, int length) throws IOException {
        return JsonFactories.OBJECTS
                .createParser(bytes, 0, length)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
    }

    /// A parser of the document's tokens.
    public static JsonParser parser(String text) throws IOException {
        return JsonFactories.OBJECTS.createParser(text);
    }

    /// The whole document; missing when there is none.
    ///
    /// @throws JacksonException when it is no JSON
    public static JsonNode tree(byte[] bytes) throws JacksonException {
        try {
            return MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("Reading JSON from memory", e);
        }
    }

    /// The whole document; missing when there is none.
    ///
    /// @throws JacksonException when it is no JSON
    public static JsonNode tree(String text) throws JacksonException {
        return MAPPER.readTree(text);
    }
}
