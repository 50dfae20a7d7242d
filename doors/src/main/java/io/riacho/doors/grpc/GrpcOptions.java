package io.riacho.doors.grpc;

import io.riacho.config.ConfigSources;
import io.riacho.config.Setting;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The section `grpc` of the configuration: where the gRPC doors listen, and the limits of each.
///
/// @param fixed limits that are no settings
public record GrpcOptions(
        @Setting(value = "none", doc = "The address of this door, where it is not 'bind'.")
                @Nullable String bind,
        @Setting(
                        value = "50051",
                        min = 0,
                        max = Setting.PORT_MAX,
                        doc =
                                "Sensor, Saudacao and riacho.v1 (ingest, commands, queries)."
                                        + " 0, here and for every port, picks a free one.")
                int sensorPort,
        @Setting(value = "50052", min = 0, max = Setting.PORT_MAX, doc = "Processor.")
                int processorPort,
        @Setting(value = "50053", min = 0, max = Setting.PORT_MAX, doc = "Actuator.")
                int actuatorPort,
        @Setting(
                        value = "4MiB",
                        min = 1024,
                        max = Integer.MAX_VALUE,
                        doc = "The largest message; a larger one ends its call.")
                int messageBytesMax,
        @Setting(
                        value = "10000",
                        min = 1,
                        doc = "Connections per port; further ones are closed at once.")
                int connectionsMax,
        @Setting(
                        value = "10000",
                        min = 1,
                        doc = "Calls at once on one connection; further ones wait.")
                int callsPerConnectionMax,
        @Setting(
                        value = "10000",
                        min = 1,
                        doc =
                                "Sensors in one ProcessReadings call; one more ends the call"
                                        + " with RESOURCE_EXHAUSTED.")
                int sensorsPerCallMax,
        Fixed fixed) {

    /// Limits that are no settings.
    ///
    /// @param callsPerConnections calls at once over all connections of a door, as a multiple of those
    ///     on one; further ones end with RESOURCE_EXHAUSTED
    /// @param headersBytesMax bytes of a call's headers
    /// @param keepAlive a connection that was silent for so long is asked whether it is still there
    /// @param keepAliveAnswer how long it has to answer; then it is closed
    /// @param clientPingMin the most often that a client may ping without being taken for hostile
    /// @param drain how long [GrpcDoor#close()] lets calls finish
    public record Fixed(
            int callsPerConnections,
            int headersBytesMax,
            Duration keepAlive,
            Duration keepAliveAnswer,
            Duration clientPingMin,
            Duration drain) {

        public static final Fixed DEFAULT =
                new Fixed(
                        2,
                        16 << 10,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(2));
    }

    /// The defaults, with some settings changed.
    ///
    /// @param settings by key, as in the file
    public static GrpcOptions with(Map<String, String> settings) {
        return ConfigSources.section(GrpcOptions.class, settings);
    }

    /// Where one of the doors listens.
    ///
    /// @param everyDoor the address of doors that have none of their own
    /// @param port one of the three
    public InetSocketAddress address(String everyDoor, int port) {
        return new InetSocketAddress(bind == null ? everyDoor : bind, port);
    }

    /// Calls at once over all connections of a door.
    int callsMax() {
        return (int)
                Math.min(
                        Integer.MAX_VALUE,
                        (long) callsPerConnectionMax * fixed.callsPerConnections());
    }
}
