package io.riacho.doors.grpc;

import io.riacho.api.live.LiveFeed;
import io.riacho.api.live.LiveReading;
import java.util.List;
import java.util.function.Consumer;

/// The feed of a sensor service that runs alone, without a pipeline behind it.
final class FeedThatKnowsNobody implements LiveFeed {

    @Override
    public Subscription snapshotThenSubscribe(
            Listener listener, int seriesMax, Consumer<List<LiveReading>> newest) {
        newest.accept(List.of());
        return () -> {};
    }

    @Override
    public Subscription subscribe(String sensor, String metric, Listener listener) {
        return () -> {};
    }

    @Override
    public boolean knows(String sensor, String metric) {
        return false;
    }
}
