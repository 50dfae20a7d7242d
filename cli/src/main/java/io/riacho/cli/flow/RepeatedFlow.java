package io.riacho.cli.flow;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A flow that is run over and over, to see what a client sees while services come and go. Each round
/// opens connections of its own.
///
/// @param clock what rounds are timed by
public record RepeatedFlow(Flow flow, InstantSource clock) {

    /// Between a round that failed and the next, so that a service that is away is not stormed.
    private static final Duration PAUSE = Duration.ofMillis(100);

    /// The outcome of one round.
    ///
    /// @param beganMillis when it began, epoch ms
    /// @param endedMillis when it ended, epoch ms
    /// @param failure what went wrong; null: nothing
    public record Round(long beganMillis, long endedMillis, @Nullable String failure) {}

    /// Runs until it is told that it was enough.
    ///
    /// @param goOn is given each round, by the calling thread, and says whether there is to be another
    public void run(Predicate<Round> goOn) throws InterruptedException {
        while (true) {
            Round round = once();
            if (!goOn.test(round)) {
                return;
            }
            if (round.failure() != null) {
                Thread.sleep(PAUSE);
            }
        }
    }

    private Round once() throws InterruptedException {
        long beganMillis = clock.millis();
        String failure = null;
        try {
            flow.run();
        } catch (IOException e) {
            failure = String.valueOf(e.getMessage());
        }
        return new Round(beganMillis, clock.millis(), failure);
    }
}
