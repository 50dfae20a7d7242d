package io.riacho.server.devices;

import io.riacho.server.devices.Device.Presence;
import io.riacho.server.devices.DeviceEvent.Reported;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
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
/// - When it was last seen is journaled once a minute, many devices in one record.
/// - Of reports each device has [#REPORTS_BURST] and then one a second; more are counted only. So are those of
///   further devices, when as many as there may be reported within the last minute.
public final class DeviceBook implements Devices {

    /// A device that is back so soon was never away.
    public static final Duration RETURN_WITHIN = Duration.ofSeconds(5);

    /// What every device has to return after a start.
    public static final Duration RETURN_AT_START = Duration.ofMinutes(1);

    /// The silence that a device without keep-alive is granted.
    public static final Duration GRACE_WITHOUT_KEEP_ALIVE = Duration.ofMinutes(5);

    /// Reports that a device may make at once.
    public static final int REPORTS_BURST = 20;

    private static final long SEEN_EVERY_MICROS = TimeUnit.MINUTES.toMicros(1);

    /// Journals events.
    public interface Events {
        /// Journals it; the answer, whether it is durable, comes on a thread of the pipeline.
        void journal(DeviceEvent event, Consumer<Boolean> answer);
    }

    /// What a door knows of a connection.
    ///
    /// @param address the host that it comes from
    /// @param client what it speaks, such as `MQTT 5.0`
    /// @param keepAlive the longest silence that was agreed, or zero: any
    /// @param activity grows with what comes from it
    public record Connection(
            String address, String client, Duration keepAlive, LongSupplier activity) {

        int graceMillis() {
            Duration grace =
                    keepAlive.isZero()
                            ? GRACE_WITHOUT_KEEP_ALIVE
                            : keepAlive.multipliedBy(3).dividedBy(2);
            return Math.toIntExact(Math.min(Integer.MAX_VALUE, grace.toMillis()));
        }
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

    /// A device's allowance of reports.
    private static final class Allowance {
        private double left = REPORTS_BURST;
        private long atMicros;

        synchronized boolean take(long nowMicros) {
            double more = Math.max(0, nowMicros - atMicros) / 1e6;
            left = Math.min(REPORTS_BURST, left + more);
            atMicros = nowMicros;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }

        synchronized boolean isWhole(long nowMicros) {
            return left + (nowMicros - atMicros) / 1e6 >= REPORTS_BURST;
        }
    }

    private final Events events;
    private final LongSupplier clockMicros;
    private final DeviceFold fold;
    private final int devicesMax;
    private final ConcurrentHashMap<String, Present> present = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Gone> gone = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Allowance> allowances = new ConcurrentHashMap<>();

    /// Online by the last event before the start, with the end of their time to return.
    private final ConcurrentHashMap<String, Long> awaited = new ConcurrentHashMap<>();

    /// Returned after the start as they had been before, to be seen with the next tick.
    private final Set<String> confirmed = ConcurrentHashMap.newKeySet();

    /// Connected while the journal took nothing; told to it again with the next tick.
    private final Set<String> unjournaled = ConcurrentHashMap.newKeySet();

    private final LongAdder reportsNotKept = new LongAdder();
    private long seenAtMicros;

    /// @param clockMicros µs since 1970 UTC
    public DeviceBook(Events events, LongSupplier clockMicros, int devicesMax) {
        this.events = events;
        this.clockMicros = clockMicros;
        this.fold = new DeviceFold(devicesMax);
        this.devicesMax = devicesMax;
    }

    // --- doors, on any thread

    /// A device is connected. Telling so again changes nothing.
    ///
    /// @param key of this connection among all that the device has had
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
    public void disconnected(String device, Object key, boolean silent, String reason) {
        Present was = present.get(device);
        if (was != null && was.key.equals(key) && present.remove(device, was)) {
            long now = clockMicros.getAsLong();
            long silence = TimeUnit.MILLISECONDS.toMicros(was.connection.graceMillis());
            gone.put(device, new Gone(reason, now, silent ? now - silence : now));
        }
    }

    /// A device said something about itself.
    ///
    /// @param answer true once it is on disk or need not be, false when it could not be made durable; on
    ///     this thread or one of the pipeline
    public void reported(String device, Reported.Kind kind, String text, Consumer<Boolean> answer) {
        long now = clockMicros.getAsLong();
        if (!mayReport(device, now)) {
            reportsNotKept.increment();
            answer.accept(true);
            return;
        }
        events.journal(new Reported(device, now, kind, text), answer);
    }

    private boolean mayReport(String device, long now) {
        Allowance known = allowances.get(device);
        if (known == null) {
            if (allowances.size() >= devicesMax) {
                return false;
            }
            known = allowances.computeIfAbsent(device, _ -> new Allowance());
        }
        return known.take(now);
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
            if (now - left.atMicros() >= micros(RETURN_WITHIN)
                    && gone.remove(each.getKey(), left)
                    && !present.containsKey(each.getKey())) {
                journalLeft(each.getKey(), now, left.reason(), left.lastSeenMicros());
            }
        }
        for (Map.Entry<String, Long> each : awaited.entrySet()) {
            if (now >= each.getValue()
                    && awaited.remove(each.getKey(), each.getValue())
                    && !present.containsKey(each.getKey())) {
                journalLeft(each.getKey(), now, "it did not return after the server's start", 0);
            }
        }
        List<String> seen = new ArrayList<>(confirmed);
        confirmed.removeAll(seen);
        if (now - seenAtMicros >= SEEN_EVERY_MICROS || now < seenAtMicros) {
            seenAtMicros = now;
            addActive(seen);
            allowances.values().removeIf(each -> each.isWhole(now));
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
                    if (!durable && !present.containsKey(device)) {
                        gone.putIfAbsent(device, new Gone(reason, now, lastSeenMicros));
                    }
                });
    }

    /// Adds those from whom something came since the last call.
    private void addActive(List<String> seen) {
        for (Map.Entry<String, Present> each : present.entrySet()) {
            Present one = each.getValue();
            long activity = one.connection.activity().getAsLong();
            if (activity != one.activity) {
                one.activity = activity;
                seen.add(each.getKey());
            }
        }
    }

    private void journalSeen(List<String> seen, long now) {
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
        if (event instanceof DeviceEvent.Left left) {
            Present back = present.get(left.device());
            if (back != null) {
                // It came back while its going was on the way to the disk.
                journalConnected(left.device(), back.connection, clockMicros.getAsLong());
            }
        }
        return changed;
    }

    /// After recovery: who was online has its time to return from now on.
    public void goLive() {
        long now = clockMicros.getAsLong();
        seenAtMicros = now;
        for (Device each : fold.all()) {
            if (each.online()) {
                long grace = TimeUnit.MILLISECONDS.toMicros(each.graceMillis());
                awaited.put(each.id(), now + Math.max(grace, micros(RETURN_AT_START)));
            }
        }
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
    public Optional<Device> device(String id) {
        return Optional.ofNullable(fold.get(id));
    }

    @Override
    public Presence presence(Device device) {
        if (!device.online()) {
            return Presence.OFFLINE;
        }
        return awaited.containsKey(device.id()) ? Presence.UNCONFIRMED : Presence.ONLINE;
    }

    @Override
    public Counts counts() {
        int offline = fold.offline();
        int unconfirmed = awaited.size();
        // Each of the three goes on by itself, so their difference may be off for a moment.
        return new Counts(Math.max(0, fold.size() - offline - unconfirmed), unconfirmed, offline);
    }

    @Override
    public List<Device> all() {
        return fold.all().stream().sorted(Comparator.comparing(Device::id)).toList();
    }

    private static long micros(Duration duration) {
        return TimeUnit.MICROSECONDS.convert(duration);
    }
}
