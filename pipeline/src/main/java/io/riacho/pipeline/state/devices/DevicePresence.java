package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Connection;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Presence;
import io.riacho.api.devices.DeviceEvents;
import io.riacho.api.devices.Devices;
import io.riacho.api.devices.Traffic;
import io.riacho.formats.json.ReportedPresence;
import io.riacho.pipeline.state.devices.DeviceEvent.Reported;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Who is there.
///
/// Doors tell of connections and reports on any thread; [#tick] comes once a second from one; the stream
/// thread folds what was journaled. Journaled is only what changes a device:
///
/// - A device that connects and was online by the last event stays so: no event. So after a restart
///   thousands of returning devices cost no record and no lie.
/// - A device that goes is offline after [#RETURN_WITHIN], if it is not back by then.
/// - A device that was online when the server stopped is [Presence#UNCONFIRMED] until it returns, or until
///   it had its time: as long as it may be silent (keep-alive × 1.5), at least [#RETURN_AT_START].
/// - What is said of a device (a status or a will, online or offline) counts while it has no connection to a
///   door, which knows better. It holds until something else is said, over a restart as well: who is connected
///   elsewhere does not say it again.
/// - When it was last seen is journaled once a minute, many devices in one record.
/// - Of reports each device has [#REPORTS_BURST] and then one a second; more are counted only. So are those of
///   further devices, when as many as there may be reported within the last minute.
public final class DevicePresence implements Devices, DeviceEvents {

    /// A device that is back so soon was never away.
    public static final Duration RETURN_WITHIN = Duration.ofSeconds(5);

    /// What every device has to return after a start.
    public static final Duration RETURN_AT_START = Duration.ofMinutes(1);

    /// Reports that a device may make at once.
    public static final int REPORTS_BURST = 20;

    private static final String SAID_SO = "it said so";
    private static final long SEEN_EVERY_MICROS = TimeUnit.MINUTES.toMicros(1);

    /// Journals events.
    public interface Events {
        /// Journals it; the answer, whether it is durable, comes on a thread of the pipeline.
        void journal(DeviceEvent event, Consumer<Boolean> answer);
    }

    /// A connection that is there now.
    private static final class Present {
        private final Object key;
        private final Connection connection;
        private long activity = -1;

        Present(Object key, Connection connection) {
            this.key = key;
            this.connection = connection;
        }
    }

    private record Gone(String reason, long atMicros, long lastSeenMicros) {}

    private final Events events;
    private final LongSupplier clockMicros;
    private final DeviceFold fold;
    private final int devicesMax;
    private final ConcurrentHashMap<String, Present> present = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Gone> gone = new ConcurrentHashMap<>();
    private final ReportRateLimiter allowances;

    /// Online by the last event before the start, with the end of their time to return.
    private final ConcurrentHashMap<String, Long> awaited = new ConcurrentHashMap<>();

    /// Returned after the start as they had been before, to be seen with the next tick.
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();

    /// Connected while the journal took nothing; told to it again with the next tick.
    private final Set<String> unjournaled = ConcurrentHashMap.newKeySet();

    /// Whose word that it is online is on its way to the disk.
    private final Set<String> arriving = ConcurrentHashMap.newKeySet();

    /// Whose going is on its way to the disk.
    private final Set<String> leaving = ConcurrentHashMap.newKeySet();

    /// Of these, who said meanwhile that they are online.
    private final Set<String> saidToBeBack = ConcurrentHashMap.newKeySet();

    /// Heard of since they were last journaled as seen.
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    private final LongAdder reportsNotKept = new LongAdder();
    private long seenAtMicros;

    /// @param clockMicros µs since 1970 UTC
    public DevicePresence(Events events, LongSupplier clockMicros, int devicesMax) {
        this.events = events;
        this.clockMicros = clockMicros;
        this.fold = new DeviceFold(devicesMax);
        this.devicesMax = devicesMax;
        this.allowances = new ReportRateLimiter(REPORTS_BURST, devicesMax);
    }

    // --- doors, on any thread

    /// A device is connected. Telling so again changes nothing.
    ///
    /// @param key of this connection among all that the device has had
    @Override
    public void connected(String device, Object key, Connection connection) {
        Present was = present.get(device);
        if (was != null && was.key.equals(key)) {
            return;
        }
        long now = clockMicros.getAsLong();
        present.put(device, new Present(key, connection));
        gone.remove(device);
        boolean returned = awaited.remove(device) != null;
        Device known = fold.get(device);
        if (known == null || !isAs(known, connection)) {
            journalConnected(device, connection, now);
        } else if (returned) {
            confirmed.add(device);
        }
    }

    private static boolean isAs(Device known, Connection connection) {
        return known.online()
                && known.address().equals(connection.address())
                && known.client().equals(connection.client())
                && known.graceMillis() == connection.graceMillis();
    }

    private void journalConnected(String device, Connection connection, long nowMicros) {
        events.journal(
                new DeviceEvent.Connected(
                        device,
                        nowMicros,
                        connection.address(),
                        connection.client(),
                        connection.graceMillis()),
                durable -> {
                    if (!durable) {
                        unjournaled.add(device);
                    }
                });
    }

    /// A connection of a device ended. Nothing happens when another took its place.
    ///
    /// @param silent whether it ended because nothing came for too long
    @Override
    public void disconnected(String device, Object key, boolean silent, String reason) {
        Present was = present.get(device);
        if (was != null && was.key.equals(key) && present.remove(device, was)) {
            long now = clockMicros.getAsLong();
            long silence = TimeUnit.MILLISECONDS.toMicros(was.connection.graceMillis());
            gone.put(device, new Gone(reason, now, silent ? now - silence : now));
        }
    }

    /// A device said that it is online or offline, or somebody who speaks for it did.
    @Override
    public void stated(String device, boolean online) {
        if (present.containsKey(device)) {
            return;
        }
        long now = clockMicros.getAsLong();
        if (online) {
            awaited.remove(device);
            gone.remove(device);
            if (leaving.contains(device)) {
                saidToBeBack.add(device);
                if (!leaving.contains(device)) {
                    journalIfSaidToBeBack(device, now);
                }
            } else {
                Device known = fold.get(device);
                // A name that nobody knows may be made up, and many of them.
                if (known == null ? allowances.take(device, now) : !known.isOnlineByWord()) {
                    journalByWord(device, now);
                }
            }
            return;
        }
        saidToBeBack.remove(device);
        // In this order: what is no longer on its way is folded.
        boolean coming = arriving.contains(device);
        Device known = fold.get(device);
        boolean mayBeOnline = coming || known == null || known.online() || known.isUnknown();
        if (mayBeOnline && gone.size() < devicesMax) {
            gone.putIfAbsent(device, new Gone(SAID_SO, now, 0));
        }
    }

    private void journalByWord(String device, long nowMicros) {
        arriving.add(device);
        events.journal(
                DeviceEvent.Connected.byWord(device, nowMicros),
                durable -> {
                    if (!durable) {
                        arriving.remove(device);
                    }
                });
    }

    private void journalIfSaidToBeBack(String device, long nowMicros) {
        if (saidToBeBack.remove(device)) {
            journalByWord(device, nowMicros);
        }
    }

    /// Something came from a device that has no connection to a door.
    @Override
    public void heard(String device) {
        if (heard.size() < devicesMax && fold.get(device) != null) {
            heard.add(device);
        }
    }

    /// A device said something about itself.
    ///
    /// @param answer true once it is on disk or need not be, false when it could not be made durable; on
    ///     this thread or one of the pipeline
    @Override
    public void reported(
            String device, Device.Report.Kind kind, String text, Consumer<Boolean> answer) {
        long now = clockMicros.getAsLong();
        if (!allowances.take(device, now)) {
            reportsNotKept.increment();
            answer.accept(true);
            return;
        }
        events.journal(new Reported(device, now, kind, text), answer);
    }

    /// Reports beyond a device's allowance.
    public long reportsNotKept() {
        return reportsNotKept.sum();
    }

    // --- one thread, about once a second

    /// Time went on: journals who is gone, and who was seen.
    public void tick() {
        long now = clockMicros.getAsLong();
        journalAgain(now);
        for (Map.Entry<String, Gone> each : gone.entrySet()) {
            Gone left = each.getValue();
            if (now - left.atMicros() < micros(RETURN_WITHIN)) {
                continue;
            }
            String device = each.getKey();
            // First, so that whoever finds it no longer gone finds it leaving.
            leaving.add(device);
            if (gone.remove(device, left) && !present.containsKey(device)) {
                awaited.remove(device);
                journalLeft(device, now, left.reason(), left.lastSeenMicros());
            } else {
                leaving.remove(device);
            }
        }
        for (Map.Entry<String, Long> each : awaited.entrySet()) {
            if (now < each.getValue()) {
                continue;
            }
            String device = each.getKey();
            leaving.add(device);
            if (awaited.remove(device, each.getValue()) && !present.containsKey(device)) {
                journalLeft(device, now, "it did not return after the server's start", 0);
            } else {
                leaving.remove(device);
            }
        }
        Set<String> seen = new LinkedHashSet<>(confirmed);
        confirmed.removeAll(seen);
        if (now - seenAtMicros >= SEEN_EVERY_MICROS || now < seenAtMicros) {
            seenAtMicros = now;
            addActive(seen);
            allowances.forgetWhole(now);
        }
        journalSeen(seen, now);
    }

    private void journalAgain(long now) {
        Iterator<String> devices = unjournaled.iterator();
        while (devices.hasNext()) {
            String device = devices.next();
            devices.remove();
            Present there = present.get(device);
            if (there != null) {
                journalConnected(device, there.connection, now);
            }
        }
    }

    private void journalLeft(String device, long now, String reason, long lastSeenMicros) {
        events.journal(
                new DeviceEvent.Left(device, now, reason, lastSeenMicros),
                durable -> {
                    if (durable) {
                        return;
                    }
                    leaving.remove(device);
                    if (!saidToBeBack.remove(device) && !present.containsKey(device)) {
                        gone.putIfAbsent(device, new Gone(reason, now, lastSeenMicros));
                    }
                });
    }

    /// Adds those from whom something came since the last call.
    private void addActive(Set<String> seen) {
        Iterator<String> others = heard.iterator();
        while (others.hasNext()) {
            seen.add(others.next());
            others.remove();
        }
        for (Map.Entry<String, Present> each : present.entrySet()) {
            Present one = each.getValue();
            long activity = one.connection.traffic().get().bytesReceived();
            if (activity != one.activity) {
                one.activity = activity;
                seen.add(each.getKey());
            }
        }
    }

    private void journalSeen(Set<String> devices, long now) {
        List<String> seen = List.copyOf(devices);
        for (int from = 0; from < seen.size(); from += DeviceEvent.SEEN_MAX) {
            int to = Math.min(seen.size(), from + DeviceEvent.SEEN_MAX);
            events.journal(new DeviceEvent.Seen(seen.subList(from, to), now), _ -> {});
        }
    }

    // --- the stream thread

    /// Folds an event.
    ///
    /// @return whether it changed more than when a device was last seen
    public boolean fold(DeviceEvent event) {
        boolean changed = fold.fold(event);
        if (event instanceof DeviceEvent.Connected connected) {
            arriving.remove(connected.device());
        }
        if (event instanceof DeviceEvent.Left left) {
            leaving.remove(left.device());
            Present back = present.get(left.device());
            // It came back while its going was on the way to the disk.
            if (back != null) {
                journalConnected(left.device(), back.connection, clockMicros.getAsLong());
            } else {
                journalIfSaidToBeBack(left.device(), clockMicros.getAsLong());
            }
        }
        return changed;
    }

    /// After recovery: who was online has its time to return from now on, and who said last that it is offline
    /// is on its way there, as it was when the server stopped.
    public void goLive() {
        long now = clockMicros.getAsLong();
        seenAtMicros = now;
        for (Device each : fold.all()) {
            if (each.isOnlineByWord()) {
                if (saidOffline(each)) {
                    gone.put(each.id(), new Gone(SAID_SO, now, 0));
                }
            } else if (each.online()) {
                long grace = TimeUnit.MILLISECONDS.toMicros(each.graceMillis());
                awaited.put(each.id(), now + Math.max(grace, micros(RETURN_AT_START)));
            }
        }
    }

    private static boolean saidOffline(Device device) {
        Device.Report status = device.status();
        return status != null
                && status.atMicros() >= device.sinceMicros()
                && ReportedPresence.of(status.text()) == ReportedPresence.OFFLINE;
    }

    /// Writes the state; [#readFrom(DataInput)] reads it, into a book that is new.
    public void writeTo(DataOutput out) throws IOException {
        fold.writeTo(out);
    }

    /// See [#writeTo(DataOutput)].
    public void readFrom(DataInput in) throws IOException {
        fold.readFrom(in);
    }

    // --- any thread

    @Override
    public boolean isKnown(String device) {
        return fold.get(device) != null;
    }

    @Override
    public Optional<Device> device(String id) {
        return Optional.ofNullable(fold.get(id));
    }

    @Override
    public Presence presence(Device device) {
        if (!device.online()) {
            return device.isUnknown() ? Presence.UNKNOWN : Presence.OFFLINE;
        }
        return awaited.containsKey(device.id()) ? Presence.UNCONFIRMED : Presence.ONLINE;
    }

    @Override
    public Optional<Traffic> traffic(String device) {
        return Optional.ofNullable(present.get(device)).map(p -> p.connection.traffic().get());
    }

    @Override
    public Counts counts() {
        int offline = fold.offline();
        int unconfirmed = awaited.size();
        int unknown = fold.unknown();
        // Each of them goes on by itself, so their difference may be off for a moment.
        return new Counts(
                Math.max(0, fold.size() - offline - unconfirmed),
                unconfirmed,
                Math.max(0, offline - unknown),
                unknown);
    }

    @Override
    public List<Device> all() {
        return fold.all().stream().sorted(Comparator.comparing(Device::id)).toList();
    }

    private static long micros(Duration duration) {
        return TimeUnit.MICROSECONDS.convert(duration);
    }
}
