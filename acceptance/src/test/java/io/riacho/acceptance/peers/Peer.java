package io.riacho.acceptance.peers;

import io.riacho.acceptance.peers.Way.Transport;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An MQTT client that is not ours.
interface Peer extends AutoCloseable {

    /// How long a client may take for anything, in s. Only reached when something is wrong.
    int PATIENCE_SECONDS = 60;

    /// With its version where the build chooses it.
    String name();

    /// What it can be used over.
    Set<Transport> transports();

    /// Why it cannot be run on this machine; null: it can.
    @Nullable String missing();

    /// Connects; a failure of that is a [SaidException].
    ///
    /// @param id the client id
    Link connect(Way way, String id) throws Exception;

    @Override
    default void close() {}
}
