package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Connection;
import io.riacho.api.devices.Device;
import io.riacho.pipeline.state.devices.PresenceState.Awaited;
import io.riacho.pipeline.state.devices.PresenceState.Connected;
import io.riacho.pipeline.state.devices.PresenceState.Leaving;
import io.riacho.pipeline.state.devices.PresenceState.ReportedOnline;
import io.riacho.pipeline.state.devices.PresenceState.Settled;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A device's presence, with every transition as a function of what happened, the device as it is folded
/// and the time. Nothing here journals: an entry whose [#pending] is new asks its owner to.
///
/// One event of a device is on its way to the disk at a time. Whatever happens meanwhile changes only the
/// state; once the event is folded, or could not be journaled, the state is compared with it and asks for the
/// next one where they differ. So events that overtake each other, or the answers to them, cannot leave a
/// device other than it is.
///
/// @param pending the event that is on its way
/// @param seen when it is to be journaled as seen
record PresenceEntry(PresenceState state, @Nullable DeviceEvent pending, Seen seen) {

    /// What there is of a device without an entry.
    static final PresenceEntry NOTHING = new PresenceEntry(new Settled(), null, Seen.NOT);

    private static final String REPORTED = "it said so";
    private static final String ENDED = "its connection ended";
    private static final String NOT_RETURNED = "it did not return after the server's start";
    private static final long RETURN_WITHIN_MICROS =
            TimeUnit.MICROSECONDS.convert(DevicePresence.RETURN_WITHIN);

    /// When a device is to be journaled as seen.
    enum Seen {
        NOT,
        WITH_NEXT_MINUTE,
        WITH_NEXT_TICK
    }

    boolean isNothing() {
        return isSettled() && seen == Seen.NOT;
    }

    boolean isConnected() {
        return state instanceof Connected;
    }

    /// Whether a tick may have something to do for it; otherwise only each minute's first has.
    boolean waits() {
        boolean settled =
                state instanceof Settled || (state instanceof Connected c && c.journaled());
        return !settled || seen == Seen.WITH_NEXT_TICK;
    }

    // --- what happens

    PresenceEntry connected(
            String device, Object key, Connection connection, @Nullable Device known, long now) {
        if (state instanceof Connected same && same.hasKey(key)) {
            return this;
        }
        if (pending != null) {
            return with(new Connected(key, connection, false));
        }
        if (!isAs(known, connection)) {
            return with(new Connected(key, connection, true)).sends(event(device, connection, now));
        }
        PresenceEntry after = with(new Connected(key, connection, true));
        return state.isUnconfirmed() ? after.with(Seen.WITH_NEXT_TICK) : after;
    }

    PresenceEntry disconnected(
            Object key, boolean silent, String reason, @Nullable Device known, long now) {
        if (!(state instanceof Connected was && was.hasKey(key))) {
            return this;
        }
        if (known == null && pending == null) {
            // There was no place for it, so nobody needs to know that it goes.
            return with(new Settled());
        }
        long silence = silent ? TimeUnit.MILLISECONDS.toMicros(was.connection().graceMillis()) : 0;
        return with(new Leaving(reason, now, now - silence, false));
    }

    /// @param strangerMay whether it counts though nobody knows the device; asked once at most
    PresenceEntry reportedOnline(
            String device, @Nullable Device known, BooleanSupplier strangerMay, long now) {
        if (isConnected()) {
            return this;
        }
        if (pending != null) {
            return with(new ReportedOnline(false));
        }
        // A name that nobody knows may be made up, and many of them.
        boolean counts = known == null ? strangerMay.getAsBoolean() : !known.isOnlineByWord();
        return counts ? sendsOnline(device, now) : with(new Settled());
    }

    PresenceEntry reportedOffline(@Nullable Device known, long now) {
        boolean mayBeOnline =
                pending != null || known == null || known.online() || known.isUnknown();
        return switch (state) {
            case Connected _, Leaving _ -> this;
            case Awaited it ->
                    it.untilMicros() <= now + RETURN_WITHIN_MICROS
                            ? this
                            : with(new Leaving(REPORTED, now, 0, true));
            case ReportedOnline _, Settled _ ->
                    with(mayBeOnline ? new Leaving(REPORTED, now, 0, false) : new Settled());
        };
    }

    PresenceEntry heard() {
        return seen == Seen.NOT ? with(Seen.WITH_NEXT_MINUTE) : this;
    }

    PresenceEntry seenJournaled() {
        return with(Seen.NOT);
    }

    /// The server started, and the device was connected when it stopped.
    PresenceEntry awaited(long untilMicros) {
        return isSettled() ? with(new Awaited(untilMicros)) : this;
    }

    /// Its connection may have ended when there was no place for an entry.
    PresenceEntry unheeded(@Nullable Device known, long now) {
        boolean connectedByEvent = known != null && known.online() && !known.isOnlineByWord();
        return connectedByEvent && isSettled() ? with(new Leaving(ENDED, now, 0, false)) : this;
    }

    /// Whether the device is as its last event says.
    boolean isSettled() {
        return state instanceof Settled && pending == null;
    }

    /// Time went on.
    PresenceEntry tick(String device, @Nullable Device known, long now) {
        if (pending != null) {
            return this;
        }
        return switch (state) {
            case Connected it when it.journaled() -> this;
            case Connected it -> {
                PresenceEntry told = with(it.journaled(true));
                yield isAs(known, it.connection())
                        ? told
                        : told.sends(event(device, it.connection(), now));
            }
            case Leaving it ->
                    now - it.sinceMicros() < RETURN_WITHIN_MICROS
                            ? this
                            : sends(
                                    new DeviceEvent.Left(
                                            device, now, it.reason(), it.lastSeenMicros()));
            case Awaited it ->
                    now < it.untilMicros()
                            ? this
                            : sends(new DeviceEvent.Left(device, now, NOT_RETURNED, 0));
            case ReportedOnline _ ->
                    known != null && known.isOnlineByWord()
                            ? with(new Settled())
                            : sendsOnline(device, now);
            case Settled _ -> this;
        };
    }

    /// An event of the device was folded.
    PresenceEntry folded(String device, DeviceEvent folded, long now) {
        // As it was sent: the journal may spell odd characters of it differently, each time again.
        DeviceEvent event = pending != null && isSameEvent(pending, folded) ? pending : folded;
        PresenceEntry arrived = new PresenceEntry(state, null, seen);
        return switch (state) {
            case Connected it -> {
                PresenceEntry told = arrived.with(it.journaled(true));
                yield says(event, it.connection())
                        ? told
                        : told.sends(event(device, it.connection(), now));
            }
            case ReportedOnline _ ->
                    isOnlineByWord(event)
                            ? arrived.with(new Settled())
                            : arrived.sendsOnline(device, now);
            case Leaving _, Awaited _ ->
                    event instanceof DeviceEvent.Left ? arrived.with(new Settled()) : arrived;
            case Settled _ -> arrived;
        };
    }

    /// An event of the device could not be journaled; the next tick tries again.
    PresenceEntry failed(DeviceEvent event, @Nullable Device known) {
        if (!event.equals(pending)) {
            return this;
        }
        PresenceEntry without = new PresenceEntry(state, null, seen);
        return switch (state) {
            case Connected it -> without.with(it.journaled(false));
            // A stranger learns from its report that nothing is kept, and says it again.
            case ReportedOnline it ->
                    without.with(
                            it.journaled() && known == null
                                    ? new Settled()
                                    : new ReportedOnline(false));
            case Leaving it ->
                    event instanceof DeviceEvent.Left left
                            ? without.with(
                                    new Leaving(
                                            it.reason(),
                                            Math.max(it.sinceMicros(), left.atMicros()),
                                            it.lastSeenMicros(),
                                            it.isUnconfirmed()))
                            : without;
            case Awaited _ -> without.with(new Leaving(NOT_RETURNED, event.atMicros(), 0, true));
            case Settled _ -> without;
        };
    }

    // --- parts

    private PresenceEntry with(PresenceState other) {
        return new PresenceEntry(other, pending, seen);
    }

    private PresenceEntry with(Seen other) {
        return other == seen ? this : new PresenceEntry(state, pending, other);
    }

    private PresenceEntry sends(DeviceEvent event) {
        return new PresenceEntry(state, event, seen);
    }

    private PresenceEntry sendsOnline(String device, long now) {
        return with(new ReportedOnline(true)).sends(DeviceEvent.Connected.byWord(device, now));
    }

    private static DeviceEvent event(String device, Connection connection, long now) {
        return new DeviceEvent.Connected(
                device, now, connection.address(), connection.client(), connection.graceMillis());
    }

    private static boolean isAs(@Nullable Device known, Connection connection) {
        return known != null
                && known.online()
                && known.address().equals(connection.address())
                && known.client().equals(connection.client())
                && known.graceMillis() == connection.graceMillis();
    }

    private static boolean says(DeviceEvent event, Connection connection) {
        return event instanceof DeviceEvent.Connected it
                && it.address().equals(connection.address())
                && it.client().equals(connection.client())
                && it.graceMillis() == connection.graceMillis();
    }

    private static boolean isSameEvent(DeviceEvent one, DeviceEvent other) {
        return one.getClass() == other.getClass() && one.atMicros() == other.atMicros();
    }

    private static boolean isOnlineByWord(DeviceEvent event) {
        return event instanceof DeviceEvent.Connected it
                && it.graceMillis() == Device.BY_WORD_MILLIS;
    }
}
