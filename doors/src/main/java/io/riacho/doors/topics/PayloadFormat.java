package io.riacho.doors.topics;

import io.riacho.api.readings.InvalidReadingException;
import java.util.Locale;

/// What a payload on a data topic may be.
enum PayloadFormat {
    /// `application/json`: a reading, or an array of them, or SenML by its shape.
    JSON,
    /// `application/senml+json`: a SenML pack.
    SENML,
    /// `application/x-protobuf`: `sensor.Temperature`.
    PROTOBUF;

    /// The format of a payload without a content type. White space does not count: 0x0A begins a
    /// `Temperature`. A byte order mark, 0xEF, begins no `Temperature`.
    static PayloadFormat ofFirstByte(byte first) {
        return first == '{' || first == '[' || first == (byte) 0xEF ? JSON : PROTOBUF;
    }

    /// The format of a content type, whose parameters do not matter.
    ///
    /// @throws InvalidReadingException when it is none of those that are known
    static PayloadFormat ofType(String type) throws InvalidReadingException {
        int parameters = type.indexOf(';');
        String essence = parameters < 0 ? type : type.substring(0, parameters);
        return switch (essence.strip().toLowerCase(Locale.ROOT)) {
            case "application/json" -> JSON;
            case "application/senml+json" -> SENML;
            case "application/x-protobuf" -> PROTOBUF;
            default ->
                    throw new InvalidReadingException(
                            "the content type '"
                                    + type
                                    + "' is not known; known are application/json,"
                                    + " application/senml+json and application/x-protobuf");
        };
    }
}
