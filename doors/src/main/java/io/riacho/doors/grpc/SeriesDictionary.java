package io.riacho.doors.grpc;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.v1.SeriesDefinition;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The series of one `Write` call by the ids that its sender gave them. An array, since ids count up
/// from 0: a reading costs one index. A definition that is wrong keeps its place with its reason, and
/// the readings that name it are rejected with that. Used by the thread of its call only.
final class SeriesDictionary {

    private final SeriesTable table;
    private final int seriesMax;
    private @Nullable Series[] series = new @Nullable Series[8];
    private @Nullable String[] units = new @Nullable String[8];
    private @Nullable String[] reasons = new @Nullable String[8];
    private int size;

    /// @param seriesMax the most ids
    SeriesDictionary(SeriesTable table, int seriesMax) {
        this.table = table;
        this.seriesMax = seriesMax;
    }

    /// Enters a definition, also one whose series is not valid.
    ///
    /// @return null, or why the ids themselves are wrong, which ends the call
    @Nullable String define(SeriesDefinition definition) {
        int id = definition.getId();
        if (id < 0 || id > size) {
            return "series ids count up from 0 without gaps: "
                    + Integer.toUnsignedString(id)
                    + " was defined where "
                    + size
                    + " is next";
        }
        if (id >= seriesMax) {
            return "more than " + seriesMax + " series in one call; use several calls";
        }
        if (id == series.length) {
            int room = Math.min(seriesMax, series.length * 2);
            series = Arrays.copyOf(series, room);
            units = Arrays.copyOf(units, room);
            reasons = Arrays.copyOf(reasons, room);
        }
        try {
            series[id] = table.series(definition.getSensorId(), definition.getMetric());
            reasons[id] = null;
        } catch (InvalidReadingException e) {
            series[id] = null;
            reasons[id] = e.reason();
        }
        units[id] = definition.getUnit().isEmpty() ? null : definition.getUnit();
        size = Math.max(size, id + 1);
        return null;
    }

    /// The series of an id, or null: [#reason(int)] says why.
    @Nullable Series series(int id) {
        return id >= 0 && id < size ? series[id] : null;
    }

    /// The unit of an id that has a series, or null.
    @Nullable String unit(int id) {
        return units[id];
    }

    /// Why an id has no series.
    String reason(int id) {
        String reason = id >= 0 && id < size ? reasons[id] : null;
        return reason != null
                ? reason
                : "series "
                        + Integer.toUnsignedString(id)
                        + " is not defined in this call; define it in new_series first";
    }
}
