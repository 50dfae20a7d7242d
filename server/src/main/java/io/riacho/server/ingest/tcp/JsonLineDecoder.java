package io.riacho.server.ingest.tcp;

import io.riacho.server.ingest.json.JsonReadings;
import io.riacho.server.intake.InvalidReadingException;
import io.riacho.server.intake.ReadingBatch;
import io.riacho.server.intake.Refusal;
import io.riacho.server.intake.SeriesTable;
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
