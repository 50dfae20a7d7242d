package io.riacho.doors.tcp;

import io.riacho.config.ConfigSources;
import io.riacho.config.Setting;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The section `tcp` of the configuration: how the TCP door listens, and its limits.
///
/// @param fixed limits that are no settings
public record TcpOptions(
        @Setting(value = "none", doc = "The address of this door, where it is not 'bind'.")
                @Nullable String bind,
        @Setting(value = "5000", min = 0, max = Setting.PORT_MAX, doc = "The port.") int port,
        @Setting(
                        value = "64KiB",
                        min = 64,
                        max = 16 << 20,
                        doc = "The longest line; a longer one is answered with an error.")
                int lineBytesMax,
        @Setting(
                        value = "10000",
                        min = 1,
                        doc = "Connections; a further one gets an error line and is closed.")
                int connectionsMax,
        @Setting(
                        value = "10m",
                        min = 1000,
                        max = Setting.YEAR_MILLIS,
                        doc = "A connection that sends nothing for so long is closed.")
                Duration idleMax,
        Fixed fixed) {

    /// Limits that are no settings.
    ///
    /// @param unansweredLinesMax lines of one connection that wait for their answer; beyond it the
    ///     connection is not read
    /// @param unreadAnswerBytesMax bytes of answers, of all connections, that their clients do not
    ///     read; beyond it the connection that would add to them is closed
    /// @param drain how long [TcpDoor#close] waits for answers that are under way
    public record Fixed(int unansweredLinesMax, long unreadAnswerBytesMax, Duration drain) {

        public static final Fixed DEFAULT = new Fixed(32_768, 64L << 20, Duration.ofSeconds(10));
    }

    /// The defaults, with some settings changed.
    ///
    /// @param settings by key, as in the file
    public static TcpOptions with(Map<String, String> settings) {
        return ConfigSources.section(TcpOptions.class, settings);
    }

    /// The same settings with other fixed limits.
    public TcpOptions withFixed(Fixed limits) {
        return new TcpOptions(bind, port, lineBytesMax, connectionsMax, idleMax, limits);
    }

    /// Where the door listens.
    ///
    /// @param everyDoor the address of doors that have none of their own
    public InetSocketAddress address(String everyDoor) {
        return new InetSocketAddress(bind == null ? everyDoor : bind, port);
    }
}
