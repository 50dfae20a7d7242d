package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Device;
import io.riacho.pipeline.record.RecordText;
import io.riacho.pipeline.state.devices.DeviceEvent.Connected;
import io.riacho.pipeline.state.devices.DeviceEvent.Left;
import io.riacho.pipeline.state.devices.DeviceEvent.Reported;
import io.riacho.pipeline.state.devices.DeviceEvent.Seen;
import java.nio.ByteBuffer;
import java.util.Locale;

/// Device events as bytes: the word for what happened, the time, then its fields, as
/// `docs/formats/records.md` specifies them.
public final class DeviceEventCodec {

    private static final String CONNECTED = "connected";
    private static final String LEFT = "left";
    private static final String SEEN = "seen";

    private DeviceEventCodec() {}

    /// Bytes that are enough for the event.
    public static int bytesMax(DeviceEvent event) {
        int head = RecordText.textMax("") + 3 * CONNECTED.length() + 3 * 16 + 8;
        return head
                + switch (event) {
                    case Connected e ->
                            RecordText.textMax(e.device())
                                    + RecordText.textMax(e.address())
                                    + RecordText.textMax(e.client())
                                    + 4;
                    case Left e ->
                            RecordText.textMax(e.device()) + RecordText.textMax(e.reason()) + 8;
                    case Reported e ->
                            RecordText.textMax(e.device()) + RecordText.textMax(e.text());
                    case Seen e -> RecordText.textsMax(e.devices());
                };
    }

    public static void write(DeviceEvent event, ByteBuffer to) {
        switch (event) {
            case Connected e -> {
                head(to, CONNECTED, e);
                RecordText.putText(to, e.device());
                RecordText.putText(to, e.address());
                RecordText.putText(to, e.client());
                to.putInt(e.graceMillis());
            }
            case Left e -> {
                head(to, LEFT, e);
                RecordText.putText(to, e.device());
                RecordText.putText(to, e.reason());
                to.putLong(e.lastSeenMicros());
            }
            case Reported e -> {
                head(to, e.kind().name().toLowerCase(Locale.ROOT), e);
                RecordText.putText(to, e.device());
                RecordText.putText(to, e.text());
            }
            case Seen e -> {
                head(to, SEEN, e);
                RecordText.putTexts(to, e.devices());
            }
        }
    }

    private static void head(ByteBuffer to, String what, DeviceEvent event) {
        RecordText.putText(to, what);
        to.putLong(event.atMicros());
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws IllegalArgumentException when it is no event of this version
    public static DeviceEvent read(ByteBuffer in) {
        String what = RecordText.getText(in);
        long at = in.getLong();
        return switch (what) {
            case CONNECTED ->
                    new Connected(
                            RecordText.getText(in),
                            at,
                            RecordText.getText(in),
                            RecordText.getText(in),
                            in.getInt());
            case LEFT -> new Left(RecordText.getText(in), at, RecordText.getText(in), in.getLong());
            case SEEN -> new Seen(RecordText.getTexts(in), at);
            default ->
                    new Reported(
                            RecordText.getText(in),
                            at,
                            Device.Report.Kind.valueOf(what.toUpperCase(Locale.ROOT)),
                            RecordText.getText(in));
        };
    }
}
