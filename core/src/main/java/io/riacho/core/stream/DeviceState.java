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

/// The desired states of one device, and what it was last told. Changed only by
/// [StreamCore#apply(DeviceState, DesiredState)], by one thread at a time.
///
/// It holds at most [StreamOptions#desiredStatesPerDeviceMax()] of them; one more is not taken, and
/// [DeviceOutcome#refused()] says so.
public final class DeviceState {

    private static final int FORMAT = 1;

    private record Key(String version, String sensor, String metric) {}

    /// How many desired states of a priority are on, and how many off.
    private static final class Tally {
        int on;
        int off;
    }

    private final String device;
    private final Map<Key, DesiredState> desiredStates = new LinkedHashMap<>();

    /// By priority; follows from the desired states.
    private final NavigableMap<Integer, Tally> tallies = new TreeMap<>();

    private boolean on;
    private long transitions;

    private DeviceState(String device) {
        this.device = device;
    }

    /// The state of a device of which nothing is desired: off.
    public static DeviceState of(String device) {
        return new DeviceState(device);
    }

    public String device() {
        return device;
    }

    /// Whether it is to be on, as the last transition said.
    public boolean on() {
        return on;
    }

    /// How many transitions there were; the sequence of the last one.
    public long transitions() {
        return transitions;
    }

    /// How many desired states it has now.
    public int desiredStates() {
        return desiredStates.size();
    }

    /// @param force whether a desired state that decides is a transition even where the state stays
    DeviceOutcome apply(DesiredState desired, int desiredStatesMax, boolean force) {
        Key key = new Key(desired.version(), desired.sensor(), desired.metric());
        if (desired.active()) {
            if (desiredStates.size() >= desiredStatesMax && !desiredStates.containsKey(key)) {
                return DeviceOutcome.REFUSED;
            }
            DesiredState former = desiredStates.put(key, desired);
            if (former != null) {
                tally(former, -1);
            }
            tally(desired, 1);
        } else {
            DesiredState former = desiredStates.remove(key);
            if (former == null) {
                return DeviceOutcome.NOTHING;
            }
            tally(former, -1);
        }
        boolean decided = !tallies.isEmpty() && tallies.lastEntry().getValue().on > 0;
        if (decided == on && !(force && decides(desired))) {
            return DeviceOutcome.NOTHING;
        }
        on = decided;
        transitions++;
        DesiredState deciding = deciding(desired);
        Transition transition =
                new Transition(
                        id(deciding.version()),
                        device,
                        deciding.sensor(),
                        deciding.rule(),
                        deciding.version(),
                        on,
                        deciding.average(),
                        desired.timestampMicros(),
                        transitions);
        return new DeviceOutcome(transition, false);
    }

    private void tally(DesiredState desired, int by) {
        Tally tally = tallies.computeIfAbsent(desired.priority(), priority -> new Tally());
        if (desired.turnOn()) {
            tally.on += by;
        } else {
            tally.off += by;
        }
        if (tally.on == 0 && tally.off == 0) {
            tallies.remove(desired.priority());
        }
    }

    /// Whether the state is as this one says, and because of its priority.
    private boolean decides(DesiredState desired) {
        return desired.active()
                && tallies.lastKey() == desired.priority()
                && tallies.lastEntry().getValue().on > 0 == desired.turnOn();
    }

    /// The desired state that decides: the one that changed if it decides or none is left,
    /// otherwise the oldest of those that decide.
    private DesiredState deciding(DesiredState changed) {
        if (tallies.isEmpty()) {
            return changed;
        }
        int priority = tallies.lastKey();
        if (decides(changed)) {
            return changed;
        }
        for (DesiredState desired : desiredStates.values()) {
            if (desired.priority() == priority && desired.turnOn() == on) {
                return desired;
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
        StateCodec.writeVarint(out, desiredStates.size());
        for (DesiredState desired : desiredStates.values()) {
            out.writeLong(desired.position());
            out.writeUTF(desired.rule());
            out.writeUTF(desired.version());
            out.writeUTF(desired.sensor());
            out.writeUTF(desired.metric());
            out.writeBoolean(desired.turnOn());
            out.writeInt(desired.priority());
            out.writeDouble(desired.average());
            out.writeLong(desired.timestampMicros());
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
        int count = StateCodec.readCount(in, Integer.MAX_VALUE, "desired states");
        for (int i = 0; i < count; i++) {
            DesiredState desired =
                    new DesiredState(
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
            read.desiredStates.put(
                    new Key(desired.version(), desired.sensor(), desired.metric()), desired);
            read.tally(desired, 1);
        }
        return read;
    }
}
