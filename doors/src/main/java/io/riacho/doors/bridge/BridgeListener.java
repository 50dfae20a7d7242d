package io.riacho.doors.bridge;

import io.riacho.doors.topics.TopicListener.Handled;
import io.riacho.formats.RiachoTopics;

/// Hears what comes from another broker besides readings, on the bridge's thread: must not block and must not
/// throw.
public interface BridgeListener {

    /// Hears nothing.
    BridgeListener NONE =
            new BridgeListener() {
                @Override
                public void readings(String sensor) {}

                @Override
                public void received(RiachoTopics.Kind kind, byte[] payload, Handled handled) {
                    handled.durable();
                }
            };

    /// Readings of a sensor came, good or bad: somebody is there who publishes for it.
    void readings(String sensor);

    /// A message of a gateway came. It gets its PUBACK after `handled`; of one that could not be kept because
    /// the disk is full the listener hears again.
    ///
    /// @param kind [RiachoTopics.Kind#STATUS], `ERRORS` or `DIAGNOSTICS`
    /// @param payload the listener's own
    /// @param handled to be answered exactly once, on any thread, now or later
    void received(RiachoTopics.Kind kind, byte[] payload, Handled handled);
}
