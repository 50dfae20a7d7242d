package io.riacho.api.readings;

/// One (sensor id, metric), as doors and the pipeline hold it: obtained from [SeriesTable], compared
/// by identity where it was interned and never by text on the hot path.
public final class Series {

    /// No number was given yet: the series has no durable reading.
    public static final int UNNUMBERED = -1;

    private final String sensor;
    private final String metric;

    /// The number under which the journal knows it; read and written by the pipeline's thread only.
    private int number = UNNUMBERED;

    Series(String sensor, String metric) {
        this.sensor = sensor;
        this.metric = metric;
    }

    public String sensor() {
        return sensor;
    }

    public String metric() {
        return metric;
    }

    /// The journal's number, or [#UNNUMBERED]. For the pipeline's thread.
    public int number() {
        return number;
    }

    /// For the pipeline's thread, once.
    public void number(int assigned) {
        number = assigned;
    }

    @Override
    public String toString() {
        return sensor + "/" + metric;
    }
}
