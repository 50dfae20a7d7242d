package io.riacho.doors.tcp;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.formats.json.JsonReadings;
import java.util.List;

/// A line is a JSON reading, or an array of them.
final class JsonLineDecoder implements LineDecoder {

    private final JsonReadings json;

    JsonLineDecoder(SeriesTable table) {
        json = new JsonReadings(table);
    }

    @Override
    public int decode(byte[] bytes, int from, int to, ReadingBatch into, List<Refusal> refused)
            throws InvalidReadingException {
        return json.decode(bytes, from, to, into, refused);
    }

    /// A JSON object or array ends with its own bracket.
    @Override
    public boolean knowsItsEnd() {
        return true;
    }
}
