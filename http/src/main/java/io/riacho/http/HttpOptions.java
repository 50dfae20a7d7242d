package io.riacho.http;

import io.riacho.config.ConfigSources;
import io.riacho.config.Setting;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The section `http` of the configuration: how the HTTP server listens, and its limits.
///
/// @param fixed limits that are no settings
public record HttpOptions(
        @Setting(value = "none", doc = "The address of this door, where it is not 'bind'.")
                @Nullable String bind,
        @Setting(value = "8080", min = 0, max = Setting.PORT_MAX, doc = "The port.") int port,
        @Setting(
                        value = "16MiB",
                        min = 1024,
                        max = Integer.MAX_VALUE,
                        doc = "The largest body, inflated; a larger one is answered 413.")
                int bodyBytesMax,
        @Setting(value = "2000", min = 1, doc = "Connections; a further one is closed at once.")
                int connectionsMax,
        @Setting(
                        value = "60s",
                        min = 1000,
                        max = Setting.YEAR_MILLIS,
                        doc = "A connection without a request for so long is closed.")
                Duration idleMax,
        @Setting(
                        value = "10s",
                        min = 0,
                        max = Setting.YEAR_MILLIS,
                        doc =
                                "How long a write waits for room in the intake before it is"
                                        + " answered 503 with Retry-After.")
                Duration intakeWaitMax,
        @Setting(
                        value = "200",
                        min = 0,
                        doc = "Pages that follow the live events at once; then 503.")
                int eventStreamsMax,
        Fixed fixed) {

    /// Limits that are no settings.
    ///
    /// @param hosts names, besides loopback's own, that a request may be for while the server listens
    ///     on loopback: the defence against DNS rebinding. Off loopback every name is taken
    /// @param bodiesBytesMax bytes of bodies of all requests at once, though never less than one may
    ///     have; more is answered 503
    /// @param workersMax threads for requests that wait, such as queries; four times as many may
    ///     queue, then 503
    /// @param transfer how long a body may take to come, and an answer to be taken
    /// @param drain how long [HttpServer#close] waits for answers that are under way
    public record Fixed(
            Set<String> hosts,
            long bodiesBytesMax,
            int workersMax,
            Duration transfer,
            Duration drain) {

        public static final Fixed DEFAULT =
                new Fixed(Set.of(), 64 << 20, 4, Duration.ofSeconds(120), Duration.ofSeconds(10));

        public Fixed {
            hosts = Set.copyOf(hosts);
        }
    }

    /// The defaults, with some settings changed.
    ///
    /// @param settings by key, as in the file
    public static HttpOptions with(Map<String, String> settings) {
        return ConfigSources.section(HttpOptions.class, settings);
    }

    /// The same settings with other fixed limits.
    public HttpOptions withFixed(Fixed limits) {
        return new HttpOptions(
                bind,
                port,
                bodyBytesMax,
                connectionsMax,
                idleMax,
                intakeWaitMax,
                eventStreamsMax,
                limits);
    }

    /// Where the server listens.
    ///
    /// @param everyDoor the address of doors that have none of their own
    public InetSocketAddress address(String everyDoor) {
        return new InetSocketAddress(bind == null ? everyDoor : bind, port);
    }

    /// Bytes of bodies of all requests at once.
    public long bodiesBytesMax() {
        return Math.max(fixed.bodiesBytesMax(), bodyBytesMax);
    }
}
