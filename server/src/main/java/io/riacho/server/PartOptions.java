package io.riacho.server;

import io.riacho.core.stream.StreamOptions;
import io.riacho.doors.bridge.BridgeOptions;
import io.riacho.doors.mqtt.MqttOptions;
import io.riacho.doors.mqtt.MqttOptions.Transport;
import io.riacho.doors.tcp.TcpOptions;
import io.riacho.formats.RiachoTopics;
import io.riacho.http.HttpOptions;
import io.riacho.identity.IdentityOptions;
import io.riacho.identity.Role;
import io.riacho.identity.tls.TlsOptions;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.Interval;
import io.riacho.lake.LakeOptions;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.pipeline.stages.PipelineOptions;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// From the configuration to the options of each part.
final class PartOptions {

    /// The largest message of readings fits an entry of this size, whatever its ids.
    private static final long ENTRY_BYTES_MAX = 40L << 20;

    /// What a segment's own headers take, and more.
    private static final long SEGMENT_BYTES_OVERHEAD = 8 << 10;

    private PartOptions() {}

    static JournalOptions journal(ServerConfig config) {
        long segmentBytes = config.journal().segmentBytes();
        return new JournalOptions(
                segmentBytes,
                (int) Math.min(ENTRY_BYTES_MAX, segmentBytes - SEGMENT_BYTES_OVERHEAD));
    }

    static LakeOptions lake(ServerConfig config) {
        List<Interval> intervals = new ArrayList<>();
        for (Duration each : config.stream().windows()) {
            intervals.add(Interval.parse(intervalName(each)));
        }
        LakeOptions defaults = LakeOptions.defaults();
        return new LakeOptions(
                intervals,
                defaults.unsealedBytesMax(),
                config.lake().memoryBytesMax(),
                config.lake().threads(),
                defaults.queriesMax(),
                defaults.compactBytesMax(),
                defaults.compactFilesMin());
    }

    private static String intervalName(Duration size) {
        if (size.toSeconds() % 86_400 == 0) {
            return size.toDays() + "d";
        }
        if (size.toSeconds() % 3_600 == 0) {
            return size.toHours() + "h";
        }
        return size.toSeconds() % 60 == 0 ? size.toMinutes() + "m" : size.toSeconds() + "s";
    }

    static StreamOptions stream(ServerConfig config) {
        // The lake rolls rows up itself; here the core's windows would only cost time.
        return StreamOptions.DEFAULT
                .withWindows(List.of())
                .withRememberedPerSeries(config.stream().rememberedPerSeries());
    }

    static PipelineOptions path(ServerConfig config) {
        PipelineOptions defaults = PipelineOptions.defaults();
        Duration ageMax = config.retention().ageMax();
        Long bytesMax = config.retention().bytesMax();
        return new PipelineOptions(
                config.intake().bytesMax(),
                defaults.commitReadingsMax(),
                defaults.handOverReadingsMax(),
                defaults.lateMax(),
                config.stream().seriesMax(),
                config.stream().futureMax(),
                ageMax == null ? Duration.ZERO : ageMax,
                bytesMax == null ? Long.MAX_VALUE : bytesMax,
                config.retention().freeDiskBytesMin(),
                config.lake().sealRowsMax(),
                defaults.sealBytesMax(),
                config.lake().sealEvery(),
                config.commands().expiry(),
                config.commands().manualPriority(),
                config.devices().max());
    }

    static @Nullable TlsOptions tls(ServerConfig config) {
        Path certificate = config.tls().certificate();
        Path key = config.tls().key();
        return certificate == null || key == null
                ? null
                : TlsOptions.of(certificate, key, config.tls().clientCa());
    }

    static HttpOptions http(ServerConfig config) {
        HttpOptions defaults =
                HttpOptions.on(new InetSocketAddress(config.httpBind(), config.http().port()));
        return new HttpOptions(
                defaults.bind(),
                defaults.hosts(),
                config.http().bodyBytesMax(),
                Math.max(defaults.bodiesBytesMax(), config.http().bodyBytesMax()),
                config.http().connectionsMax(),
                config.http().eventStreamsMax(),
                defaults.workersMax(),
                config.http().idleMax(),
                defaults.transfer(),
                config.http().intakeWaitMax(),
                defaults.drain());
    }

    static TcpOptions tcp(ServerConfig config) {
        TcpOptions defaults =
                TcpOptions.on(new InetSocketAddress(config.tcpBind(), config.tcp().port()));
        return new TcpOptions(
                defaults.bind(),
                config.tcp().lineBytesMax(),
                config.tcp().connectionsMax(),
                defaults.unansweredLinesMax(),
                defaults.unreadAnswerBytesMax(),
                config.tcp().idleMax(),
                defaults.drain());
    }

    static BridgeOptions broker(ServerConfig.Broker broker, String url) {
        return new BridgeOptions(
                URI.create(url),
                broker.certificate(),
                broker.key(),
                broker.ca(),
                broker.clientId(),
                broker.share(),
                broker.publishesInFlightMax(),
                broker.publishesPerSecondMax(),
                broker.publishBytesPerSecondMax(),
                broker.payloadBytesMax());
    }

    static MqttOptions mqtt(ServerConfig config) {
        ServerConfig.Mqtt mqtt = config.mqtt();
        List<MqttOptions.Port> ports = new ArrayList<>();
        port(ports, Transport.PLAIN, config.mqttPlainBind(), mqtt.port());
        port(ports, Transport.WEB_SOCKET, config.mqttPlainBind(), mqtt.wsPort());
        port(ports, Transport.TLS, config.mqttBind(), mqtt.tlsPort());
        port(ports, Transport.SECURE_WEB_SOCKET, config.mqttBind(), mqtt.wssPort());
        MqttLimits defaults = MqttLimits.DEFAULTS;
        // A message that a session is owed must fit an entry of the journal, beside others.
        int packetBytesMax = Math.min(mqtt.packetBytesMax(), journal(config).entryBytesMax() / 4);
        return new MqttOptions(
                ports,
                new RiachoTopics(mqtt.topicRoot()),
                new MqttLimits(
                        mqtt.connectionsMax(),
                        defaults.connectTimeoutMillis(),
                        packetBytesMax,
                        defaults.clientIdBytesMax(),
                        defaults.topicLevelsMax(),
                        mqtt.receiveMax(),
                        Math.max(defaults.pendingBytesMax(), packetBytesMax),
                        mqtt.sendMax(),
                        mqtt.queuedMessagesMax(),
                        defaults.queuedBytesMax(),
                        mqtt.queuedBytesMax(),
                        defaults.queueFull(),
                        mqtt.sessionsMax(),
                        mqtt.sessionExpiryMax().toSeconds(),
                        defaults.subscriptionsPerSessionMax(),
                        mqtt.retainedMessagesMax(),
                        defaults.retainedBytesMax(),
                        defaults.topicAliasMax(),
                        defaults.keepAliveSecondsMax()),
                Runtime.getRuntime().availableProcessors());
    }

    private static void port(
            List<MqttOptions.Port> ports,
            Transport transport,
            String host,
            @Nullable Integer port) {
        if (port != null) {
            ports.add(new MqttOptions.Port(transport, host, port));
        }
    }

    static IdentityOptions identity(ServerConfig config) {
        ServerConfig.Identity identity = config.identity();
        Path authorities = identity.trustedCa();
        return new IdentityOptions(
                config.identityDirectory(),
                identity.serverNames(),
                identity.certificateValidity(),
                identity.rootCa(),
                authorities == null
                        ? null
                        : new IdentityOptions.Trusted(
                                authorities,
                                identity.trustedCrl(),
                                Role.ofDevice(identity.jitRole()),
                                identity.jitDevicesMax()));
    }
}
