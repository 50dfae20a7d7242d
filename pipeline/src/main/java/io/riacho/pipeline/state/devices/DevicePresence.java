package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Connection;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Presence;
import io.riacho.api.devices.DeviceEvents;
import io.riacho.api.devices.Devices;
import io.riacho.api.devices.Traffic;
import io.riacho.formats.json.ReportedPresence;
import io.riacho.pipeline.state.devices.DeviceEvent.Reported;
import io.riacho.pipeline.state.devices.PresenceEntry.Seen;
import io.riacho.pipeline.state.devices.PresenceState.Connected;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Decides which devices are online, and journals what changes that.
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
///
/// A device of which there is more to know than its last event says has a [PresenceEntry]. Its transitions
/// are atomic for each device; events are journaled and answers given outside of them, so no lock is held
/// meanwhile. Of devices without a connection at most `devicesMax` have an entry. When all places are taken:
///
/// - whose connection ends is offline only after a place became free, which is looked for once a minute;
/// - what is said of a device without an entry is journaled at once if it is online, and not heeded if offline;
/// - what is heard of a device without an entry does not tell when it was last seen.
public final class DevicePresence implements Devices, DeviceEvents {

    /// A device that is back so soon was never away.
    public static final Duration RETURN_WITHIN = Duration.ofSeconds(5);

    /// What every device has to return after a start.
    public static final Duration RETURN_AT_START = Duration.ofMinutes(1);

    /// Reports that a device may make at once.
    public static final int REPORTS_BURST = 20;

    private static final long SEEN_EVERY_MICROS = TimeUnit.MINUTES.toMicros(1);

    /// Journals events.
    public interface Events {
        /// Journals it; the answer, whether it is durable, comes on a thread of the pipeline.
        void journal(DeviceEvent event, Consumer<Boolean> answer);
    }

    private final Events events;
    private final LongSupplier clockMicros;
    private final DeviceFold fold;
    private final int devicesMax;
    private final ReportRateLimiter allowances;
    private final ConcurrentHashMap<String, PresenceEntry> entries = new ConcurrentHashMap<>();

    /// Entries without a connection.
    private final AtomicInteger unconnected = new AtomicInteger();

    /// Entries of devices that are unconfirmed.
    private final LongAdder unconfirmed = new LongAdder();

    /// Entries that a tick has to look at.
    private final LongAdder waiting = new LongAdder();

    /// Whether there may be devices that lost their connection and found no place.
    private volatile boolean unheeded;

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
        long now = clockMicros.getAsLong();
        change(device, is -> is.connected(device, key, connection, fold.get(device), now));
    }

    /// A connection of a device ended. Nothing happens when another took its place.
    ///
    /// @param silent whether it ended because nothing came for too long
    @Override
    public void disconnected(String device, Object key, boolean silent, String reason) {
        long now = clockMicros.getAsLong();
        change(device, is -> is.disconnected(key, silent, reason, fold.get(device), now));
    }

    /// A device said that it is online or offline, or somebody who speaks for it did.
    @Override
    public void stated(String device, boolean online) {
        long now = clockMicros.getAsLong();
        change(
                device,
                is -> {
                    Device known = fold.get(device);
                    return online
                            ? is.reportedOnline(
                                    device, known, () -> allowances.take(device, now), now)
                            : is.reportedOffline(known, now);
                });
    }

    /// Something came from a device that has no connection to a door.
    @Override
    public void heard(String device) {
        PresenceEntry entry = entries.get(device);
        boolean told = entry != null && entry.seen() != Seen.NOT;
        if (!told && fold.get(device) != null) {
            change(device, PresenceEntry::heard);
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

    // --- transitions, on any thread

    /// Changes a device's entry at once, and then journals what the change asks for.
    private void change(String device, UnaryOperator<PresenceEntry> transition) {
        @Nullable DeviceEvent[] asked = new DeviceEvent[1];
        entries.compute(
                device,
                (_, found) -> {
                    PresenceEntry before = found == null ? PresenceEntry.NOTHING : found;
                    PresenceEntry after = transition.apply(before);
                    if (after.pending() != null && !after.pending().equals(before.pending())) {
                        asked[0] = after.pending();
                    }
                    return place(found, after);
                });
        DeviceEvent event = asked[0];
        if (event != null) {
            events.journal(
                    event,
                    durable -> {
                        if (!durable) {
                            change(device, is -> is.failed(event, fold.get(device)));
                        }
                    });
        }
    }

    /// The entry to keep, if there is a place for it.
    private @Nullable PresenceEntry place(@Nullable PresenceEntry before, PresenceEntry after) {
        boolean hadPlace = before != null && !before.isConnected();
        boolean needsPlace = !after.isConnected() && !after.isNothing();
        PresenceEntry kept = after.isNothing() ? null : after;
        if (needsPlace && !hadPlace && !takePlace()) {
            if (before != null) {
                unheeded = true;
            }
            kept = null;
        }
        if (hadPlace && !needsPlace) {
            unconnected.decrementAndGet();
        }
        count(before, -1);
        count(kept, 1);
        return kept;
    }

    private boolean takePlace() {
        if (unconnected.incrementAndGet() <= devicesMax) {
            return true;
        }
        unconnected.decrementAndGet();
        return false;
    }

    private void count(@Nullable PresenceEntry entry, int by) {
        if (entry != null) {
            unconfirmed.add(entry.state().isUnconfirmed() ? by : 0);
            waiting.add(entry.waits() ? by : 0);
        }
    }

    // --- one thread, about once a second

    /// Time went on: journals who is gone, and who was seen.
    public void tick() {
        long now = clockMicros.getAsLong();
        boolean minute = now - seenAtMicros >= SEEN_EVERY_MICROS || now < seenAtMicros;
        if (minute) {
            seenAtMicros = now;
            heedLeft(now);
            allowances.forgetWhole(now);
        }
        if (minute || waiting.sum() > 0) {
            List<String> seen = new ArrayList<>();
            for (Map.Entry<String, PresenceEntry> each : entries.entrySet()) {
                if (tick(each.getKey(), each.getValue(), minute, now)) {
                    seen.add(each.getKey());
                }
            }
            journalSeen(seen, now);
        }
    }

    /// @return whether the device is to be journaled as seen
    private boolean tick(String device, PresenceEntry entry, boolean minute, long now) {
        boolean heard =
                switch (entry.seen()) {
                    case NOT -> false;
                    case WITH_NEXT_MINUTE -> minute;
                    case WITH_NEXT_TICK -> true;
                };
        if (heard || entry.waits()) {
            change(
                    device,
                    is -> {
                        PresenceEntry after = is.tick(device, fold.get(device), now);
                        return heard ? after.seenJournaled() : after;
                    });
        }
        boolean active =
                minute && entry.state() instanceof Connected connected && connected.wasActive();
        return heard || active;
    }

    /// Whoever lost its connection when there was no place leaves now.
    private void heedLeft(long now) {
        if (!unheeded) {
            return;
        }
        unheeded = false;
        for (Device each : fold.all()) {
            if (each.online() && !each.isOnlineByWord()) {
                change(each.id(), is -> is.unheeded(fold.get(each.id()), now));
                if (!entries.containsKey(each.id())) {
                    unheeded = true;
                }
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
        switch (event) {
            case DeviceEvent.Connected it -> {
                folded(it.device(), it);
                // Its connection may have ended when there was no place.
                PresenceEntry entry = entries.get(it.device());
                if (it.graceMillis() != Device.BY_WORD_MILLIS
                        && (entry == null || entry.isSettled())) {
                    unheeded = true;
                }
            }
            case DeviceEvent.Left it -> folded(it.device(), it);
            case DeviceEvent.Reported _, DeviceEvent.Seen _ -> {}
        }
        return changed;
    }

    private void folded(String device, DeviceEvent event) {
        if (entries.containsKey(device)) {
            long now = clockMicros.getAsLong();
            change(device, is -> is.folded(device, event, now));
        }
    }

    /// After recovery: who was online has its time to return from now on, and whose last word differs from
    /// its last event, since the server stopped between the two, is on its way there as it was then.
    public void goLive() {
        long now = clockMicros.getAsLong();
        seenAtMicros = now;
        unheeded = false;
        for (Device each : fold.all()) {
            if (each.isOnlineByWord()) {
                if (said(each, ReportedPresence.OFFLINE)) {
                    change(each.id(), is -> is.reportedOffline(each, now));
                }
            } else if (!each.online()) {
                if (said(each, ReportedPresence.ONLINE)) {
                    change(each.id(), is -> is.reportedOnline(each.id(), each, () -> true, now));
                }
            } else {
                long grace = TimeUnit.MILLISECONDS.toMicros(each.graceMillis());
                long until = now + Math.max(grace, micros(RETURN_AT_START));
                change(each.id(), is -> is.awaited(until));
            }
        }
    }

    private static boolean said(Device device, ReportedPresence word) {
        Device.Report status = device.status();
        return status != null
                && status.atMicros() >= device.sinceMicros()
                && ReportedPresence.of(status.text()) == word;
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
        PresenceEntry entry = entries.get(device.id());
        return entry != null && entry.state().isUnconfirmed()
                ? Presence.UNCONFIRMED
                : Presence.ONLINE;
    }

    @Override
    public Optional<Traffic> traffic(String device) {
        PresenceEntry entry = entries.get(device);
        return entry != null && entry.state() instanceof Connected connected
                ? Optional.of(connected.connection().traffic().get())
                : Optional.empty();
    }

    @Override
    public Counts counts() {
        int offline = fold.offline();
        int awaited = Math.max(0, unconfirmed.intValue());
        int unknown = fold.unknown();
        // Each of them goes on by itself, so their difference may be off for a moment.
        return new Counts(
                Math.max(0, fold.size() - offline - awaited),
                awaited,
                Math.max(0, offline - unknown),
                unknown);
    }

    @Override
    public List<Device> all() {
        return fold.all().stream().sorted(Comparator.comparing(Device::id)).toList();
    }

    /// How many devices have an entry, to test that they are bounded.
    int entries() {
        return entries.size();
    }

    private static long micros(Duration duration) {
        return TimeUnit.MICROSECONDS.convert(duration);
    }
}
