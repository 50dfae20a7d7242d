package io.riacho.field;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Readings in JSON, as sensors write it.
final class Json {

    private Json() {}

    /// One object on one line. What is broken is broken here too.
    static String line(Emission emission) {
        return switch (emission) {
            case Emission.Measured m ->
                    "{\"sensor_id\":"
                            + quoted(m.sensor())
                            + ",\"metric\":"
                            + quoted(m.metric())
                            + ",\"value\":"
                            + m.value()
                            + ",\"timestamp\":"
                            + Math.floorDiv(m.timestampMicros(), 1000)
                            + ",\"unit\":"
                            + quoted(m.unit())
                            + "}";
            case Emission.Broken b -> {
                String start =
                        "{\"sensor_id\":"
                                + quoted(b.sensor())
                                + ",\"metric\":"
                                + quoted(b.metric());
                yield switch (b.fault()) {
                    case NOT_A_NUMBER -> start + ",\"value\":\"NaN\"}";
                    case NO_VALUE -> start + "}";
                    case CUT_SHORT -> start + ",\"va";
                };
            }
        };
    }

    /// An array. A message cut short would take the whole array with it, so there it is a reading
    /// without a value.
    static String array(List<Emission> emissions) {
        return emissions.stream()
                .map(emission ->
                        emission instanceof Emission.Broken broken
                                ? line(
                                        new Emission.Broken(
                                                broken.sensor(),
                                                broken.metric(),
                                                Emission.Fault.NO_VALUE))
                                : line(emission))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
