package io.riacho.pipeline;

import io.riacho.api.devices.Device;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.devices.DeviceEvent.Connected;
import io.riacho.pipeline.state.devices.DeviceEvent.Left;
import io.riacho.pipeline.state.devices.DeviceEvent.Reported;
import io.riacho.pipeline.state.devices.DeviceEvent.Seen;
import java.nio.ByteBuffer;
import java.util.Locale;

/// Device events as bytes: the word for what happened, the time, then its fields, as
/// `docs/formats/records.md` specifies them.
final class DeviceEventCodec {

    private static final String CONNECTED = "connected";
    private static final String LEFT = "left";
    private static final String SEEN = "seen";

    private DeviceEventCodec() {}

    /// Bytes that are enough for the event.
    static int bytesMax(DeviceEvent event) {
        int head = RecordCodec.textMax("") + 3 * CONNECTED.length() + 3 * 16 + 8;
        return head
                + switch (event) {
                    case Connected e ->
                            RecordCodec.textMax(e.device())
                                    + RecordCodec.textMax(e.address())
                                    + RecordCodec.textMax(e.client())
                                    + 4;
                    case Left e ->
                            RecordCodec.textMax(e.device()) + RecordCodec.textMax(e.reason()) + 8;
                    case Reported e ->
                            RecordCodec.textMax(e.device()) + RecordCodec.textMax(e.text());
                    case Seen e -> RecordCodec.textsMax(e.devices());
                };
    }

    static void write(DeviceEvent event, ByteBuffer to) {
        switch (event) {
            case Connected e -> {
                head(to, CONNECTED, e);
                RecordCodec.putText(to, e.device());
                RecordCodec.putText(to, e.address());
                RecordCodec.putText(to, e.client());
                to.putInt(e.graceMillis());
            }
            case Left e -> {
                head(to, LEFT, e);
                RecordCodec.putText(to, e.device());
                RecordCodec.putText(to, e.reason());
                to.putLong(e.lastSeenMicros());
            }
            case Reported e -> {
                head(to, e.kind().name().toLowerCase(Locale.ROOT), e);
                RecordCodec.putText(to, e.device());
                RecordCodec.putText(to, e.text());
            }
            case Seen e -> {
                head(to, SEEN, e);
                RecordCodec.putTexts(to, e.devices());
            }
        }
    }

    private static void head(ByteBuffer to, String what, DeviceEvent event) {
        RecordCodec.putText(to, what);
        to.putLong(event.atMicros());
    }

    /// @throws IllegalArgumentException when it is no event of this version
    static DeviceEvent read(ByteBuffer in) {
        String what = RecordCodec.getText(in);
        long at = in.getLong();
        return switch (what) {
            case CONNECTED ->
                    new Connected(
                            RecordCodec.getText(in),
                            at,
                            RecordCodec.getText(in),
                            RecordCodec.getText(in),
                            in.getInt());
            case LEFT ->
                    new Left(RecordCodec.getText(in), at, RecordCodec.getText(in), in.getLong());
            case SEEN -> new Seen(RecordCodec.getTexts(in), at);
            default ->
                    new Reported(
                            RecordCodec.getText(in),
                            at,
                            Device.Report.Kind.valueOf(what.toUpperCase(Locale.ROOT)),
                            RecordCodec.getText(in));
        };
    }
}
