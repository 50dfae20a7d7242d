package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;

/// Keeps Jackson's factories, each with its limits on what comes from outside.
final class JsonFactories {

    /// Characters in a number of a reading.
    static final int DIGITS_MAX = 400;

    /// Reads small objects, such as reports and requests, and writes everything.
    static final JsonFactory OBJECTS =
            JsonFactory.builder()
                    .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(8).build())
                    .build();

    /// Reads readings: UTF-8 alone, and short names and texts.
    static final JsonFactory READINGS =
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

    private JsonFactories() {}
}
