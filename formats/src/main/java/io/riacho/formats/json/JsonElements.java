package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// Walks over a JSON object, or an array of them: what all payloads of readings in JSON have in common.
final class JsonElements {

    /// Bad elements in one payload that are listed; a payload with more is refused as a whole.
    static final int REFUSALS_MAX = 1000;

    /// Characters in a number.
    static final int DIGITS_MAX = 400;

    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder()
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CHARSET_DETECTION)
                    // So that a broken sensor's NaN is one refused reading and no refused message.
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(32)
                                    .maxNumberLength(DIGITS_MAX)
                                    .maxNameLength(1024)
                                    .maxStringLength(65_536)
                                    .build())
                    .build();

    private JsonElements() {}

    /// Adds the reading of one object.
    @FunctionalInterface
    interface Element {

        /// Reads an object to its end, whether it is good or not.
        ///
        /// @param parser at the object's beginning
        /// @throws InvalidReadingException when it is refused; the batch is then as it was
        void read(JsonParser parser) throws IOException, InvalidReadingException;
    }

    /// Reads all objects. A bad one is listed with its place, and the others are added.
    ///
    /// @return how many there were, good and bad
    /// @throws InvalidReadingException when the payload as a whole is refused; then nothing was added or
    ///     listed
    static int decode(
            byte[] bytes,
            int from,
            int to,
            ReadingBatch into,
            List<Refusal> refused,
            Element element)
            throws InvalidReadingException {
        int start = start(bytes, from, to);
        int end = end(bytes, start, to);
        try {
            return parse(bytes, start, end, into, refused, element);
        } catch (JsonProcessingException e) {
            byte[] named = NotANumber.named(bytes, start, end);
            if (named.length > 0) {
                try {
                    return parse(named, 0, named.length, into, refused, element);
                } catch (JsonProcessingException again) {
                    throw notJson(again);
                }
            }
            throw notJson(e);
        }
    }

    private static InvalidReadingException notJson(JsonProcessingException e) {
        return new InvalidReadingException(
                "not valid JSON: " + plain(e.getOriginalMessage(), 160) + where(e));
    }

    /// Where JSON begins: after the byte order mark that some editors and libraries write.
    static int start(byte[] bytes, int from, int to) {
        boolean mark =
                to - from >= 3
                        && bytes[from] == (byte) 0xEF
                        && bytes[from + 1] == (byte) 0xBB
                        && bytes[from + 2] == (byte) 0xBF;
        return mark ? from + 3 : from;
    }

    /// Where JSON ends: before the NULs of a sender that sends its whole buffer.
    static int end(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private static int parse(
            byte[] bytes,
            int from,
            int to,
            ReadingBatch into,
            List<Refusal> refused,
            Element element)
            throws InvalidReadingException, JsonProcessingException {
        int kept = into.size();
        int listed = refused.size();
        boolean whole = false;
        try (JsonParser parser = FACTORY.createParser(bytes, from, to - from)) {
            int read = document(parser, refused, listed, element);
            whole = true;
            return read;
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("Reading JSON from memory", e);
        } finally {
            if (!whole) {
                into.truncate(kept);
                refused.subList(listed, refused.size()).clear();
            }
        }
    }

    private static int document(
            JsonParser parser, List<Refusal> refused, int listed, Element element)
            throws IOException, InvalidReadingException {
        JsonToken first = parser.nextToken();
        int read = 0;
        if (first == JsonToken.START_OBJECT) {
            one(parser, read++, refused, element);
        } else if (first == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (read == ReadingBatch.READINGS_MAX) {
                    throw new InvalidReadingException(
                            "more than "
                                    + ReadingBatch.READINGS_MAX
                                    + " readings in one message; send fewer at a time");
                }
                one(parser, read++, refused, element);
                if (refused.size() - listed > REFUSALS_MAX) {
                    Refusal bad = refused.get(listed);
                    throw new InvalidReadingException(
                            "more than "
                                    + REFUSALS_MAX
                                    + " of the readings are bad, so none was stored; the first, ["
                                    + bad.index()
                                    + "]: "
                                    + bad.reason());
                }
            }
        } else {
            throw new InvalidReadingException(
                    first == null
                            ? "the message is empty"
                            : "expected a JSON object such as {\"sensor_id\": \"s1\", \"value\":"
                                    + " 21.5}, or an array of them");
        }
        if (parser.nextToken() != null) {
            throw new InvalidReadingException("there is more after the end of the JSON value");
        }
        return read;
    }

    private static void one(JsonParser parser, int index, List<Refusal> refused, Element element)
            throws IOException {
        try {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                throw new InvalidReadingException("expected a JSON object");
            }
            element.read(parser);
        } catch (InvalidReadingException e) {
            refused.add(new Refusal(index, e.reason()));
        }
    }

    private static String where(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (at byte " + e.getLocation().getByteOffset() + ")";
    }

    /// Text that fits on a line of an answer.
    static String plain(String text, int charsMax) {
        StringBuilder line = new StringBuilder();
        text.codePoints()
                .limit(charsMax)
                .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
                .forEach(line::appendCodePoint);
        return text.codePointCount(0, text.length()) > charsMax ? line + "…" : line.toString();
    }
}
