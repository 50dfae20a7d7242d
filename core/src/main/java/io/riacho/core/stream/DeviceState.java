package io.riacho.core.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What is wished of one device, and what it was last told. Changed only by
/// [StreamCore#apply(DeviceState, Wish)], by one thread at a time.
///
/// It holds at most [StreamOptions#wishesPerDeviceMax()] wishes; one more is not taken, and
/// [DeviceOutcome#refused()] says so.
public final class DeviceState {

    private static final int FORMAT = 1;

    private record Key(String version, String sensor, String metric) {}

    /// How many wishes of a priority wish on and off.
    private static final class Tally {
        int on;
        int off;
    }

    private final String device;
    private final Map<Key, Wish> wishes = new LinkedHashMap<>();

    /// By priority; follows from the wishes.
    private final NavigableMap<Integer, Tally> tallies = new TreeMap<>();

    private boolean on;
    private long transitions;

    private DeviceState(String device) {
        this.device = device;
    }

    /// The state of a device that nothing was wished of: off.
    public static DeviceState of(String device) {
        return new DeviceState(device);
    }

    public String device() {
        return device;
    }

    /// What is wished of it now, as the last transition said.
    public boolean on() {
        return on;
    }

    /// How many transitions there were; the sequence of the last one.
    public long transitions() {
        return transitions;
    }

    /// How many wishes it has now.
    public int wishes() {
        return wishes.size();
    }

    /// @param insist whether a wish that decides is a transition even where the state stays
    DeviceOutcome apply(Wish wish, int wishesMax, boolean insist) {
        Key key = new Key(wish.version(), wish.sensor(), wish.metric());
        if (wish.active()) {
            if (wishes.size() >= wishesMax && !wishes.containsKey(key)) {
                return DeviceOutcome.REFUSED;
            }
            Wish former = wishes.put(key, wish);
            if (former != null) {
                tally(former, -1);
            }
            tally(wish, 1);
        } else {
            Wish former = wishes.remove(key);
            if (former == null) {
                return DeviceOutcome.NOTHING;
            }
            tally(former, -1);
        }
        boolean wished = !tallies.isEmpty() && tallies.lastEntry().getValue().on > 0;
        if (wished == on && !(insist && decides(wish))) {
            return DeviceOutcome.NOTHING;
        }
        on = wished;
        transitions++;
        Wish deciding = deciding(wish);
        Transition transition =
                new Transition(
                        id(deciding.version()),
                        device,
                        deciding.sensor(),
                        deciding.rule(),
                        deciding.version(),
                        on,
                        deciding.average(),
                        wish.timestampMicros(),
                        transitions);
        return new DeviceOutcome(transition, false);
    }

    private void tally(Wish wish, int by) {
        Tally tally = tallies.computeIfAbsent(wish.priority(), priority -> new Tally());
        if (wish.turnOn()) {
            tally.on += by;
        } else {
            tally.off += by;
        }
        if (tally.on == 0 && tally.off == 0) {
            tallies.remove(wish.priority());
        }
    }

    /// Whether the state is as this wish says, and because of its priority.
    private boolean decides(Wish wish) {
        return wish.active()
                && tallies.lastKey() == wish.priority()
                && tallies.lastEntry().getValue().on > 0 == wish.turnOn();
    }

    /// The wish that the new state follows: the one that changed if it decides or none is left,
    /// otherwise the oldest of those that decide.
    private Wish deciding(Wish changed) {
        if (tallies.isEmpty()) {
            return changed;
        }
        int priority = tallies.lastKey();
        if (decides(changed)) {
            return changed;
        }
        for (Wish wish : wishes.values()) {
            if (wish.priority() == priority && wish.turnOn() == on) {
                return wish;
            }
        }
        return changed;
    }

    private String id(String version) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] digest =
                    sha256.digest(
                            (version + '\0' + device + '\0' + transitions)
                                    .getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /// Writes the state; [#readFrom(DataInput)] reads it.
    public void writeTo(DataOutput out) throws IOException {
        out.writeByte(FORMAT);
        out.writeUTF(device);
        out.writeBoolean(on);
        out.writeLong(transitions);
        Wire.writeVarint(out, wishes.size());
        for (Wish wish : wishes.values()) {
            out.writeLong(wish.position());
            out.writeUTF(wish.rule());
            out.writeUTF(wish.version());
            out.writeUTF(wish.sensor());
            out.writeUTF(wish.metric());
            out.writeBoolean(wish.turnOn());
            out.writeInt(wish.priority());
            out.writeDouble(wish.average());
            out.writeLong(wish.timestampMicros());
        }
    }

    /// Reads what [#writeTo(DataOutput)] wrote.
    ///
    /// @throws IOException when the input fails, ends early, or is damaged
    public static DeviceState readFrom(DataInput in) throws IOException {
        int format = in.readUnsignedByte();
        if (format != FORMAT) {
            throw new IOException(
                    "a device's state in format "
                            + format
                            + "; this version reads format "
                            + FORMAT
                            + ": use the version that wrote it, or a newer one");
        }
        DeviceState read = new DeviceState(in.readUTF());
        read.on = in.readBoolean();
        read.transitions = in.readLong();
        int count = Wire.readCount(in, Integer.MAX_VALUE, "wishes");
        for (int i = 0; i < count; i++) {
            Wish wish =
                    new Wish(
                            in.readLong(),
                            in.readUTF(),
                            in.readUTF(),
                            in.readUTF(),
                            in.readUTF(),
                            read.device,
                            true,
                            in.readBoolean(),
                            in.readInt(),
                            in.readDouble(),
                            in.readLong());
            read.wishes.put(new Key(wish.version(), wish.sensor(), wish.metric()), wish);
            read.tally(wish, 1);
        }
        return read;
    }
}
