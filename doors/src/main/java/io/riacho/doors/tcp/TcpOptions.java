package io.riacho.doors.tcp;

import java.net.InetSocketAddress;
import java.time.Duration;

/// How the TCP door listens, and its limits.
///
/// @param bind where to listen; port 0 picks a free one
/// @param lineBytesMax bytes in a line without its end; a longer one is answered with an error and
///     passed over
/// @param connectionsMax open connections; one more is told so and closed
/// @param unansweredLinesMax lines of one connection that wait for their answer; beyond it the
///     connection is not read
/// @param unreadAnswerBytesMax bytes of answers, of all connections, that their clients do not read;
///     beyond it the connection that would add to them is closed
/// @param idle a connection that sends nothing for so long, and waits for nothing, is closed
/// @param drain how long [TcpDoor#close] waits for answers that are under way
public record TcpOptions(
        InetSocketAddress bind,
        int lineBytesMax,
        int connectionsMax,
        int unansweredLinesMax,
        long unreadAnswerBytesMax,
        Duration idle,
        Duration drain) {

    public TcpOptions {
        if (lineBytesMax < 64 || lineBytesMax > 1 << 24) {
            throw new IllegalArgumentException(
                    "lineBytesMax is " + lineBytesMax + "; 64 bytes to 16 MiB are possible");
        }
        if (connectionsMax < 1 || unansweredLinesMax < 1 || unreadAnswerBytesMax < 1) {
            throw new IllegalArgumentException(
                    "connectionsMax, unansweredLinesMax and unreadAnswerBytesMax are at least 1");
        }
        if (!idle.isPositive() || drain.isNegative()) {
            throw new IllegalArgumentException("idle must be positive, drain not negative");
        }
    }

    /// The defaults, on an address.
    public static TcpOptions on(InetSocketAddress bind) {
        return new TcpOptions(
                bind,
                65_536,
                10_000,
                32_768,
                64L << 20,
                Duration.ofMinutes(10),
                Duration.ofSeconds(10));
    }
}
