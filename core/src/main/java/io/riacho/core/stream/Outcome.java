package io.riacho.core.stream;

import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The effects of a record. All lists are in the order in which things came about, may not be
/// changed, and are a shared empty one in the common case.
public final class Outcome {

    private Verdict verdict = Verdict.NONE;
    private long rowPosition;
    private @Nullable Reading row;
    private @Nullable Statistics running;
    private @Nullable Late late;
    private @Nullable List<Conflict> conflicts;
    private @Nullable List<Settled> settled;
    private @Nullable List<WindowResult> windows;
    private @Nullable List<DesiredState> desiredStates;

    Outcome() {}

    /// What became of the reading: the one measured, or the one that the resolution named.
    public Verdict verdict() {
        return verdict;
    }

    /// The reading that became a row, or null. There is never more than one.
    public @Nullable Row row() {
        return row == null ? null : new Row(rowPosition, row);
    }

    /// [#row()] as a list of none or one.
    public List<Row> rows() {
        return row == null ? List.of() : List.of(new Row(rowPosition, row));
    }

    /// The running statistics of the record's series after it; null when the record concerns no
    /// series, or none that is known. They belong to the state: read them before the next record is
    /// applied to it, or copy them.
    public @Nullable Statistics running() {
        return running;
    }

    /// The reading that has to be looked up, or null: none, or one that waits behind another of the
    /// same series and timestamp.
    public @Nullable Late late() {
        return late;
    }

    /// [#late()] as a list of none or one.
    public List<Late> lates() {
        return late == null ? List.of() : List.of(late);
    }

    /// Readings with another value than the row of their timestamp.
    public List<Conflict> conflicts() {
        return view(conflicts);
    }

    /// What became of the late readings that a resolution settled: the one that it named, then those
    /// that waited behind it.
    public List<Settled> settled() {
        return view(settled);
    }

    /// Windows, or parts of them, that are handed out.
    public List<WindowResult> windows() {
        return view(windows);
    }

    /// Desired states that changed; to be applied to their devices' states in this order.
    public List<DesiredState> desiredStates() {
        return view(desiredStates);
    }

    private static <T> List<T> view(@Nullable List<T> list) {
        return list == null ? List.of() : Collections.unmodifiableList(list);
    }

    void verdict(Verdict became) {
        verdict = became;
    }

    void row(long position, Reading reading) {
        rowPosition = position;
        row = reading;
    }

    void running(Statistics statistics) {
        running = statistics;
    }

    void late(Late reading) {
        late = reading;
    }

    void add(Conflict conflict) {
        if (conflicts == null) {
            conflicts = new ArrayList<>(1);
        }
        conflicts.add(conflict);
    }

    void add(Settled one) {
        if (settled == null) {
            settled = new ArrayList<>(1);
        }
        settled.add(one);
    }

    void add(WindowResult window) {
        if (windows == null) {
            windows = new ArrayList<>(4);
        }
        windows.add(window);
    }

    void add(DesiredState desired) {
        if (desiredStates == null) {
            desiredStates = new ArrayList<>(1);
        }
        desiredStates.add(desired);
    }
}
