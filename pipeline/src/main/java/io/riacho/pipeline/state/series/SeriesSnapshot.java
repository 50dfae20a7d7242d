package io.riacho.pipeline.state.series;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Rules, series and sensors in a snapshot, as `docs/formats/snapshot.md` specifies them.
final class SeriesSnapshot {

    private SeriesSnapshot() {}

    static void write(ByteBuffer rules, SeriesDirectory series, DataOutputStream out)
            throws IOException {
        byte[] definitions = new byte[rules.remaining()];
        rules.duplicate().get(definitions);
        out.writeInt(definitions.length);
        out.write(definitions);
        series.writeTo(out);
    }

    /// Reads what [#write] wrote into a directory that is new.
    ///
    /// @return the rules' definitions
    static ByteBuffer read(SeriesDirectory series, DataInputStream in) throws IOException {
        ByteBuffer rules = ByteBuffer.wrap(in.readNBytes(in.readInt())).asReadOnlyBuffer();
        series.readFrom(in);
        return rules;
    }
}
