package io.riacho.server;

import io.grpc.BindableService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.riacho.api.commands.CommandServices;
import io.riacho.api.commands.Commands;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.api.commands.Updates;
import io.riacho.api.health.Readiness;
import io.riacho.api.live.LiveFeed;
import io.riacho.api.query.Queries;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.SeriesTable;
import io.riacho.dashboard.Dashboard;
import io.riacho.disk.RealDisk;
import io.riacho.doors.bridge.BridgeUpdates;
import io.riacho.doors.bridge.MqttBridge;
import io.riacho.doors.grpc.ActuatorService;
import io.riacho.doors.grpc.CommandService;
import io.riacho.doors.grpc.GreetingService;
import io.riacho.doors.grpc.GrpcDoor;
import io.riacho.doors.grpc.IngestService;
import io.riacho.doors.grpc.ProcessorService;
import io.riacho.doors.grpc.QueryService;
import io.riacho.doors.grpc.SensorService;
import io.riacho.doors.grpc.SimulatedSensors;
import io.riacho.doors.http.HttpDoor;
import io.riacho.doors.mqtt.MqttDoor;
import io.riacho.doors.mqtt.MqttOptions;
import io.riacho.doors.mqtt.MqttUpdates;
import io.riacho.doors.tcp.TcpDoor;
import io.riacho.formats.RiachoTopics;
import io.riacho.identity.Identities;
import io.riacho.identity.RoleAuthorizer;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.identity.tls.TlsException;
import io.riacho.identity.tls.TlsOptions;
import io.riacho.lake.Lake;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.Client;
import io.riacho.net.EventLoops;
import io.riacho.pipeline.Pipeline;
import io.riacho.pipeline.PipelineThreads;
import io.riacho.pipeline.query.LakeQueries;
import io.riacho.pipeline.stages.MicroClock;
import io.riacho.rules.CelConditions;
import io.riacho.rules.RuleDefinition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server: the pipeline and its doors, wired by hand.
///
/// [#start] returns when readings can be made durable. [#close()] stops the doors, commits what is on
/// its way, and frees the data directory; closing twice is harmless.
public final class Riacho implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Riacho.class);

    private static final long SEED_OF_SIMULATED_SENSORS = 42;
    private static final int SIMULATED_SENSORS_MAX = 10_000;

    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private final Map<String, InetSocketAddress> addresses = new LinkedHashMap<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Pipeline pipeline;
    private volatile boolean broken;

    private Riacho(ServerConfig config) throws IOException {
        try {
            closeLast(DataLock.take(config.data()));
            List<RuleDefinition> rules = StoredRules.definitions(config);
            CelConditions conditions = new CelConditions();
            StoredRules.compile(rules, conditions);
            pipeline =
                    Pipeline.open(
                            new RealDisk(),
                            Pipeline.Directories.below(config.data()),
                            config.pipeline(),
                            bytes -> StoredRules.read(bytes, conditions),
                            MicroClock.system(),
                            registry);
            pipeline.useRules(StoredRules.write(rules));
            closeLast(PipelineThreads.start(pipeline, this::onBroken));
            startDoors(config);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Starts a server.
    ///
    /// @throws DataDirectoryInUseException when another server has the data directory
    /// @throws IOException when a port cannot be bound, or what is in the data directory is damaged
    /// @throws IllegalArgumentException when the rules are wrong, listing all that is
    public static Riacho start(ServerConfig config) throws IOException {
        return new Riacho(config);
    }

    private void startDoors(ServerConfig config) throws IOException {
        SeriesTable series = new SeriesTable(config.stream().seriesMax());
        EventLoops loops = closeLast(EventLoops.start());
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("riacho-timer").factory());
        closeLast(timer::shutdownNow);
        ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
        closeLast(waiting::shutdownNow);

        TlsOptions tls = config.tls().options();
        @Nullable SslContext grpcTls = tls == null ? null : TlsContexts.grpc(tls);
        @Nullable SimulatedSensors simulated =
                config.simulate()
                        ? new SimulatedSensors(
                                SEED_OF_SIMULATED_SENSORS,
                                SIMULATED_SENSORS_MAX,
                                InstantSource.system(),
                                timer)
                        : null;
        Queries queries = queries(config);
        DeviceGroups groups = new DeviceGroups(config.groups());
        RiachoTopics topics = config.mqtt().topics();
        MqttComposition composition =
                new MqttComposition(
                        new MqttComposition.Dependencies(
                                pipeline.commands(),
                                pipeline.devices(),
                                groups,
                                topics,
                                waiting,
                                MicroClock.system()::nowMicros,
                                registry),
                        config.broker().enabled() && !config.broker().shared());
        grpc(
                "grpc",
                config,
                config.grpc().sensorPort(),
                loops,
                grpcTls,
                List.of(
                        new SensorService(pipeline.liveFeed(), simulated, loops.workers()),
                        new GreetingService(),
                        new IngestService(
                                pipeline.intake(), series, IngestService.SERIES_PER_CALL_MAX),
                        new CommandService(pipeline.commands(), loops.workers()),
                        new QueryService(queries, Queries.Limits.DEFAULT)));
        grpc(
                "processor",
                config,
                config.grpc().processorPort(),
                loops,
                grpcTls,
                List.of(new ProcessorService(config.grpc().sensorsPerCallMax())));
        grpc(
                "actuator",
                config,
                config.grpc().actuatorPort(),
                loops,
                grpcTls,
                List.of(new ActuatorService(config.actuator().threshold())));
        TcpDoor tcp =
                closeLast(
                        TcpDoor.start(
                                config.tcp(),
                                config.tcp().address(config.bind()),
                                pipeline.intake(),
                                series,
                                loops,
                                tls == null ? null : TlsContexts.plainProtocol(tls),
                                registry));
        addresses.put("tcp", tcp.address());
        @Nullable MqttDoor mqtt = mqtt(config, series, composition, tls);
        Updates updates =
                new GatewayUpdates(
                        mqtt == null ? null : new MqttUpdates(mqtt, topics.updates()),
                        bridge(config, series, topics, composition));
        Dashboard dashboard =
                new Dashboard(
                        loops.workers().next(),
                        new Dashboard.Sources(
                                pipeline.liveFeed(),
                                pipeline.commands(),
                                pipeline.devices(),
                                this::readiness,
                                pipeline.commitTimer(),
                                registry),
                        config.http().eventStreamsMax());
        HttpDoor http =
                closeLast(
                        HttpDoor.start(
                                config.http(),
                                config.http().address(config.bind()),
                                new HttpDoor.Services(
                                        pipeline.intake(),
                                        series,
                                        new CommandServices(
                                                pipeline.commands(),
                                                pipeline.manualCommands(),
                                                groups,
                                                pipeline.devices(),
                                                updates),
                                        queries,
                                        registry),
                                List.of(dashboard),
                                loops,
                                tls == null ? null : TlsContexts.http(tls)));
        addresses.put("http", http.address());
    }

    /// Connects to another broker, if one is configured.
    private GatewayUpdates.@Nullable ToBridge bridge(
            ServerConfig config,
            SeriesTable series,
            RiachoTopics topics,
            MqttComposition composition)
            throws TlsException {
        if (!config.broker().enabled()) {
            return null;
        }
        BridgeUpdates updates = new BridgeUpdates(topics.updates());
        MqttBridge bridge =
                closeLast(
                        MqttBridge.start(
                                config.broker(),
                                new MqttBridge.Dependencies(
                                        topics,
                                        pipeline.intake(),
                                        series,
                                        composition.bridgeListener(),
                                        composition.outbound(updates),
                                        registry)));
        return new GatewayUpdates.ToBridge(bridge, updates);
    }

    /// Opens the MQTT door, unless all its ports are closed. Its clients are, on ports with TLS, the devices
    /// that [Identities] knows, on the others all who reach them.
    private @Nullable MqttDoor mqtt(
            ServerConfig config,
            SeriesTable series,
            MqttComposition composition,
            @Nullable TlsOptions tls)
            throws IOException {
        List<MqttOptions.Port> ports =
                config.mqtt().ports(config.mqttBind(), config.mqttPlainBind());
        if (ports.isEmpty()) {
            return null;
        }
        Identities identities =
                closeLast(
                        Identities.start(
                                new RealDisk(),
                                config.identityDirectory(),
                                config.identity(),
                                tls,
                                config.mqttBind(),
                                MqttOptions.Transport.encrypted(),
                                InstantSource.system(),
                                registry));
        MqttDoor door =
                closeLast(
                        MqttDoor.start(
                                config.mqttOptions(),
                                ports,
                                new MqttDoor.Dependencies(
                                        pipeline.intake(),
                                        series,
                                        pipeline.sessions(),
                                        identities.authenticator(),
                                        new RoleAuthorizer(config.mqtt().topics()),
                                        composition::listeners,
                                        identities.tls(),
                                        System::currentTimeMillis,
                                        registry)));
        addresses.putAll(door.addresses());
        identities.watch(
                new Identities.Connections() {
                    @Override
                    public Collection<? extends Client> clients() {
                        return door.clients();
                    }

                    @Override
                    public boolean disconnect(String clientId, ReasonCode code, String reason) {
                        return door.disconnect(clientId, code, reason);
                    }
                });
        return door;
    }

    private Queries queries(ServerConfig config) {
        return new LakeQueries(
                pipeline.lake(), config.lake().queryRowsMax(), config.lake().queryTimeMax());
    }

    private Readiness.State readiness() {
        Failure refusing = pipeline.refusing();
        return refusing == null
                ? Readiness.State.READY
                : Readiness.State.notReady(refusing.reason());
    }

    private void grpc(
            String name,
            ServerConfig config,
            int port,
            EventLoops loops,
            @Nullable SslContext tls,
            List<BindableService> services)
            throws IOException {
        GrpcDoor door =
                closeLast(
                        GrpcDoor.start(
                                config.grpc(),
                                config.grpc().address(config.bind(), port),
                                services,
                                loops,
                                tls));
        addresses.put(name, door.address());
    }

    /// Where the doors listen: `grpc`, `processor`, `actuator`, `tcp`, `http`, and those of `mqtt`,
    /// `mqtts`, `mqtt-ws`, `mqtt-wss` that are open.
    public Map<String, InetSocketAddress> addresses() {
        return Map.copyOf(addresses);
    }

    /// Where one door listens.
    ///
    /// @throws IllegalArgumentException when there is no door of that name
    public InetSocketAddress address(String door) {
        InetSocketAddress address = addresses.get(door);
        if (address == null) {
            throw new IllegalArgumentException("no door '" + door + "': " + addresses.keySet());
        }
        return address;
    }

    public LiveFeed liveFeed() {
        return pipeline.liveFeed();
    }

    public Commands commands() {
        return pipeline.commands();
    }

    public Lake lake() {
        return pipeline.lake();
    }

    /// Waits until the server was closed, or the journal failed and no reading can be acknowledged.
    public void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    /// Whether the server ended because its journal failed or it met a mistake of its own.
    public boolean isBroken() {
        return broken;
    }

    private void onBroken() {
        broken = true;
        stopped.countDown();
    }

    private <T extends AutoCloseable> T closeLast(T part) {
        toClose.push(part);
        return part;
    }

    @Override
    public synchronized void close() {
        for (AutoCloseable each = toClose.poll(); each != null; each = toClose.poll()) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.warn("Closing {} failed", each.getClass().getSimpleName(), e);
            }
        }
        stopped.countDown();
    }
}
