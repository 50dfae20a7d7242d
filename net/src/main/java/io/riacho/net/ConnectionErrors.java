package io.riacho.net;

import io.netty.channel.Channel;
import java.io.IOException;
import org.slf4j.Logger;

/// Closes connections after an exception in their channel: a peer's is of little note, one of our own is an
/// error.
public final class ConnectionErrors {

    private ConnectionErrors() {}

    /// Logs the cause and closes the channel. On its event loop.
    ///
    /// @param log of the class whose connection it is
    public static void close(Channel channel, Throwable cause, Logger log) {
        if (cause instanceof IOException || cause.getCause() instanceof IOException) {
            log.debug("{} is closed: {}", channel.remoteAddress(), cause.toString());
        } else {
            log.error(
                    "A connection is closed after an error of ours: {}",
                    channel.remoteAddress(),
                    cause);
        }
        channel.close();
    }
}
