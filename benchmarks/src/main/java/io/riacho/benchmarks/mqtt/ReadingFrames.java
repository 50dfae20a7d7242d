package io.riacho.benchmarks.mqtt;

import java.nio.charset.StandardCharsets;

/// One client's PUBLISHes of readings: bytes whose digits are counted up in place, so that the load
/// program costs next to nothing. All readings are distinct: a sensor's turn comes round, and each time
/// its reading is 1 ms later.
final class ReadingFrames {

    private static final String PAYLOAD = "{\"value\":20.000,\"timestamp\":0000000000000}";
    private static final int VALUE_DIGITS = 3;
    private static final int TIMESTAMP_DIGITS = 13;

    private final byte[][] frames;
    private final int packetIdAt;
    private final int valueAt;
    private final int timestampAt;
    private long millis;
    private int next;

    /// @param name the client's; its sensors are `name-10` and so on
    /// @param sensors at most 90
    /// @param firstMillis of the first reading, ms since 1970
    ReadingFrames(Packets packets, int qos, String name, int sensors, long firstMillis) {
        frames = new byte[sensors][];
        int topicBytes = 0;
        for (int i = 0; i < sensors; i++) {
            String topic = "irrigation/sensors/" + name + "-" + (10 + i) + "/data";
            topicBytes = topic.length();
            frames[i] = packets.publish(topic, qos, 0, PAYLOAD.getBytes(StandardCharsets.US_ASCII));
        }
        int payloadAt = frames[0].length - PAYLOAD.length();
        packetIdAt = payloadAt - (packets.isFive() ? 1 : 0) - 2;
        valueAt = payloadAt + PAYLOAD.indexOf(".000") + 1;
        timestampAt = payloadAt + PAYLOAD.indexOf("0000000000000");
        millis = firstMillis;
        if (packetIdAt < topicBytes) {
            throw new IllegalArgumentException("QoS 0 has no packet identifier");
        }
    }

    /// Bytes of a frame.
    int bytes() {
        return frames[0].length;
    }

    static int payloadBytes() {
        return PAYLOAD.length();
    }

    /// The next frame, valid until this sensor's turn comes again.
    byte[] next(int packetId) {
        byte[] frame = frames[next];
        frame[packetIdAt] = (byte) (packetId >> 8);
        frame[packetIdAt + 1] = (byte) packetId;
        digits(frame, valueAt, VALUE_DIGITS, millis + next);
        digits(frame, timestampAt, TIMESTAMP_DIGITS, millis);
        if (++next == frames.length) {
            next = 0;
            millis++;
        }
        return frame;
    }

    private static void digits(byte[] in, int at, int count, long number) {
        long left = number;
        for (int i = at + count - 1; i >= at; i--) {
            in[i] = (byte) ('0' + left % 10);
            left /= 10;
        }
    }
}
