package io.riacho.loadtest;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// The counters and histograms of a load while it runs. Safe for use by many threads.
final class Measurements {

    /// A longer time is recorded as this one.
    private static final long NANOS_MAX = TimeUnit.HOURS.toNanos(1);

    private static final int SIGNIFICANT_DIGITS = 3;

    /// Reasons that are told apart; further ones are counted together.
    private static final int REASONS_MAX = 20;

    private static final int REASON_CHARS_MAX = 120;

    private final ConcurrentHistogram connect =
            new ConcurrentHistogram(NANOS_MAX, SIGNIFICANT_DIGITS);
    private final ConcurrentHistogram response =
            new ConcurrentHistogram(NANOS_MAX, SIGNIFICANT_DIGITS);
    private final ConcurrentHistogram jitter =
            new ConcurrentHistogram(NANOS_MAX, SIGNIFICANT_DIGITS);
    private final LongAdder sent = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder settled = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<String, LongAdder> reasons = new ConcurrentHashMap<>();

    /// A connection was opened.
    void connected(long nanos) {
        connect.recordValue(within(nanos));
    }

    /// A request came due and is sent. To be called before its schedule goes on, so that whoever waits
    /// for the last answer knows of it.
    void sent() {
        sent.increment();
    }

    /// The answer to a request that was due so long ago.
    void answered(long nanos) {
        response.recordValue(within(nanos));
        received.increment();
        settled.increment();
    }

    /// A message of a stream, so far from the instant at which the stream's pace had it due. A gap
    /// that is longer than the pace stands for those that it swallowed.
    void streamed(long deviationNanos, long paceNanos) {
        jitter.recordValueWithExpectedInterval(within(deviationNanos), paceNanos);
        received.increment();
    }

    /// A request that failed, or whose answer is not what it should be.
    void requestFailed(String reason) {
        failed(reason);
        settled.increment();
    }

    /// A connection or stream that failed.
    void failed(String reason) {
        failed.increment();
        String cut =
                reason.length() > REASON_CHARS_MAX ? reason.substring(0, REASON_CHARS_MAX) : reason;
        LongAdder known = reasons.get(cut);
        if (known == null) {
            String key = reasons.size() < REASONS_MAX ? cut : "other reasons";
            known = reasons.computeIfAbsent(key, each -> new LongAdder());
        }
        known.increment();
    }

    long sentSoFar() {
        return sent.sum();
    }

    /// Requests whose fate is not known yet.
    long waitingNow() {
        return sent.sum() - settled.sum();
    }

    long receivedSoFar() {
        return received.sum();
    }

    long failedSoFar() {
        return failed.sum();
    }

    Map<String, Long> reasons() {
        Map<String, Long> sorted = new TreeMap<>();
        reasons.forEach((reason, count) -> sorted.put(reason, count.sum()));
        return sorted;
    }

    Histogram connect() {
        return connect.copy();
    }

    Histogram response() {
        return response.copy();
    }

    Histogram jitter() {
        return jitter.copy();
    }

    private static long within(long nanos) {
        return Math.clamp(nanos, 0, NANOS_MAX);
    }
}
