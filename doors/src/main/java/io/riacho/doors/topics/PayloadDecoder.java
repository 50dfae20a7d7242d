package io.riacho.doors.topics;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.netty.buffer.ByteBuf;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.formats.EpochUnits;
import io.riacho.formats.json.JsonReadings;
import io.riacho.formats.json.KnownSensor;
import io.riacho.formats.json.SenmlReadings;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.spi.PublishBatch;
import io.riacho.protocol.sensor.Temperature;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Reads payloads of data topics. On one event loop, where it is reused.
///
/// What a payload is, its content type says (MQTT 5); without one its first byte: `{` and `[` begin JSON,
/// anything else is protobuf. JSON whose first key is one of SenML is a SenML pack.
public final class PayloadDecoder {

    private static final long MICROS_PER_MILLI = 1000;
    private static final int COPY_BYTES_FIRST = 16_384;

    private static final Parser<Temperature> PROTOBUF = Temperature.parser();

    private final SeriesTable table;
    private final JsonReadings json;
    private final SenmlReadings senml;

    // The bytes of the messages that follow one another in a buffer, copied at once.
    private byte[] copy = new byte[COPY_BYTES_FIRST];
    private @Nullable ByteBuf copied;
    private int copiedFrom;
    private int copiedTo;

    /// @param clockMillis ms since 1970 UTC, for times that are relative to now
    public PayloadDecoder(SeriesTable table, LongSupplier clockMillis) {
        this.table = table;
        this.json = new JsonReadings(table);
        this.senml =
                new SenmlReadings(
                        table, () -> TimeUnit.MILLISECONDS.toMicros(clockMillis.getAsLong()));
    }

    /// A sensor that a topic names.
    ///
    /// @throws InvalidReadingException when it is no id
    public KnownSensor sensor(String id) throws InvalidReadingException {
        return KnownSensor.of(table, id);
    }

    /// A new batch begins: what was copied is forgotten.
    public void begin() {
        copied = null;
    }

    /// Adds a message's readings.
    ///
    /// @param refused where bad readings of an array are listed, by their place in it
    /// @return the number of readings in the message, good and bad
    /// @throws InvalidReadingException when the message as a whole is refused; nothing was added then
    public int decode(
            PublishBatch batch,
            int message,
            KnownSensor sensor,
            ReadingBatch into,
            List<Refusal> refused)
            throws InvalidReadingException {
        int length = batch.payloadLength(message);
        if (length == 0) {
            throw new InvalidReadingException("the payload is empty");
        }
        int from = offset(batch, message);
        PublishProperties properties = batch.properties(message);
        String type = properties == null ? null : properties.contentType();
        return decode(copy, from, length, type, sensor, into, refused);
    }

    /// As the other, for a message by itself.
    ///
    /// @param type its content type, or null
    /// @throws InvalidReadingException when the message as a whole is refused; nothing was added then
    public int decode(
            byte[] payload,
            @Nullable String type,
            KnownSensor sensor,
            ReadingBatch into,
            List<Refusal> refused)
            throws InvalidReadingException {
        if (payload.length == 0) {
            throw new InvalidReadingException("the payload is empty");
        }
        return decode(payload, 0, payload.length, type, sensor, into, refused);
    }

    private int decode(
            byte[] bytes,
            int from,
            int length,
            @Nullable String type,
            KnownSensor sensor,
            ReadingBatch into,
            List<Refusal> refused)
            throws InvalidReadingException {
        int to = from + length;
        PayloadFormat format =
                type == null ? PayloadFormat.ofFirstByte(bytes[from]) : PayloadFormat.ofType(type);
        return switch (format) {
            case JSON ->
                    SenmlReadings.isLikely(bytes, from, to)
                            ? senml.decode(bytes, from, to, sensor, into, refused)
                            : json.decode(bytes, from, to, sensor, into, refused);
            case SENML -> senml.decode(bytes, from, to, sensor, into, refused);
            case PROTOBUF -> protobuf(bytes, from, length, sensor, into);
        };
    }

    /// Where the message's payload lies in [#copy].
    @SuppressWarnings("ReferenceEquality") // the same buffer, not the same bytes
    private int offset(PublishBatch batch, int message) {
        ByteBuf in = batch.buffer(message);
        int start = batch.payloadStart(message);
        int end = start + batch.payloadLength(message);
        if (in != copied || start < copiedFrom || end > copiedTo) {
            for (int i = message + 1; i < batch.size() && batch.buffer(i) == in; i++) {
                end = batch.payloadStart(i) + batch.payloadLength(i);
            }
            int bytes = end - start;
            if (copy.length < bytes) {
                copy = new byte[Integer.highestOneBit(bytes - 1) << 1];
            }
            in.getBytes(start, copy, 0, bytes);
            copied = in;
            copiedFrom = start;
            copiedTo = end;
        }
        return start - copiedFrom;
    }

    private static int protobuf(
            byte[] bytes, int from, int length, KnownSensor sensor, ReadingBatch into)
            throws InvalidReadingException {
        Temperature reading;
        try {
            reading = PROTOBUF.parseFrom(bytes, from, length);
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidReadingException(
                    "neither JSON nor a protobuf Temperature: " + e.getMessage());
        }
        // Bytes that mean nothing here may well look like a message of unknown fields.
        if (!reading.getUnknownFields().asMap().isEmpty()) {
            throw new InvalidReadingException(
                    "neither JSON nor a protobuf Temperature: it has fields that Temperature does"
                            + " not have");
        }
        if (!reading.getSensorId().isEmpty()) {
            sensor.check(reading.getSensorId());
        }
        long millis = reading.getTimestamp();
        if (millis < 0 || millis > JsonReadings.TIMESTAMP_MILLIS_MAX) {
            throw new InvalidReadingException(
                    "timestamp " + millis + " is not in milliseconds since 1970");
        }
        EpochUnits.checkMillis(millis);
        into.add(sensor.series(""), reading.getValue(), millis * MICROS_PER_MILLI, null);
        return 1;
    }
}
