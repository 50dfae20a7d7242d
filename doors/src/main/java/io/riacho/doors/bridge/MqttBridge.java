package io.riacho.doors.bridge;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.lifecycle.MqttDisconnectSource;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.Mqtt3Subscribe;
import com.hivemq.client.mqtt.mqtt3.message.subscribe.Mqtt3Subscription;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.SeriesTable;
import io.riacho.formats.RiachoTopics;
import io.riacho.identity.tls.ClientKeys;
import io.riacho.identity.tls.CommonName;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.identity.tls.TlsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection to another broker, as the compute identity. It comes back by itself, for as long as it
/// is not closed. Safe for use by many threads.
///
/// MQTT 3.1.1, in which the broker alone bounds what is in flight: Mosquitto 2.0 miscounts the Receive
/// Maximum of MQTT 5 and sends more, for which a client that keeps to the specification must disconnect
/// (mosquitto issue 2301).
public final class MqttBridge implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MqttBridge.class);

    private static final RetryDelay BACKOFF =
            new RetryDelay(Duration.ofMillis(500), Duration.ofSeconds(60));
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(1);
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final long CLOSE_SECONDS_MAX = 3;

    private final BridgeOptions options;
    private final RiachoTopics topics;
    private final Mqtt3AsyncClient client;
    private final ScheduledExecutorService thread;
    private final BridgeSender sender;
    private volatile boolean closing;
    private volatile boolean subscribed;

    /// What the bridge is between.
    ///
    /// @param listener hears what is no reading
    /// @param outbound what is published there
    public record Dependencies(
            RiachoTopics topics,
            Intake intake,
            SeriesTable series,
            BridgeListener listener,
            OutboundSource outbound,
            MeterRegistry meters) {}

    private MqttBridge(BridgeOptions options, Dependencies dependencies) throws TlsException {
        this.options = options;
        this.topics = dependencies.topics();
        this.client = client();
        this.thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("riacho-broker").factory());
        Executor again = task -> later(task, AGAIN_AFTER.toNanos());
        BridgeMessages messages =
                new BridgeMessages(
                        topics,
                        new BridgeReadings(
                                topics,
                                dependencies.intake(),
                                dependencies.series(),
                                again,
                                dependencies.meters()),
                        dependencies.listener(),
                        again,
                        dependencies.meters());
        this.sender =
                new BridgeSender(
                        options,
                        topics,
                        dependencies.outbound(),
                        new BridgeSender.Connection() {
                            @Override
                            public boolean isUp() {
                                return isConnected();
                            }

                            @Override
                            public CompletableFuture<?> publish(String topic, byte[] payload) {
                                return MqttBridge.this.publish(topic, payload);
                            }
                        },
                        this::later,
                        System::nanoTime,
                        dependencies.meters());
        dependencies.outbound().onAvailable(sender::wake);
        // Before the connection: a session that is there already begins with what waited in it.
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                message ->
                        messages.received(
                                message.getTopic().toString(),
                                message.getPayloadAsBytes(),
                                message.isRetain(),
                                () -> acknowledge(message)),
                task -> later(task, 0),
                true);
        Gauge.builder("riacho.broker.connected", this, bridge -> bridge.isConnected() ? 1 : 0)
                .description("1 while the other broker is connected and the topics subscribed")
                .register(dependencies.meters());
    }

    /// Begins to connect, and returns at once.
    ///
    /// @throws TlsException when a certificate or key cannot be used
    public static MqttBridge start(BridgeOptions options, Dependencies dependencies)
            throws TlsException {
        MqttBridge bridge = new MqttBridge(options, dependencies);
        bridge.connect();
        return bridge;
    }

    private Mqtt3AsyncClient client() throws TlsException {
        Mqtt3ClientBuilder builder =
                MqttClient.builder()
                        .useMqttVersion3()
                        .serverHost(options.host())
                        .serverPort(options.port())
                        .addConnectedListener(_ -> connected())
                        .addDisconnectedListener(this::disconnected);
        String id = clientId();
        if (id != null) {
            builder = builder.identifier(id);
        }
        if (options.tls()) {
            Path certificate = options.certificate();
            Path key = options.key();
            Path authorities = options.ca();
            builder =
                    builder.sslConfig(
                            MqttClientSslConfig.builder()
                                    .keyManagerFactory(
                                            certificate == null || key == null
                                                    ? null
                                                    : ClientKeys.own(certificate, key))
                                    .trustManagerFactory(
                                            authorities == null
                                                    ? null
                                                    : ClientKeys.trusting(authorities))
                                    .build());
        }
        return builder.buildAsync();
    }

    /// Brokers tie the client id to the certificate; a session needs one that is the same tomorrow.
    private @Nullable String clientId() throws TlsException {
        if (options.clientId() != null) {
            return options.clientId();
        }
        Path certificate = options.certificate();
        if (certificate == null) {
            return null;
        }
        String name =
                CommonName.of(TlsContexts.certificates(certificate, "certificate").getFirst());
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    certificate + " has not one CN; set broker.client-id");
        }
        BridgeOptions.checkClientId(name);
        return name;
    }

    private void connect() {
        client.connect(
                        Mqtt3Connect.builder()
                                .cleanSession(false)
                                .keepAlive(KEEP_ALIVE_SECONDS)
                                .build())
                .thenRun(this::subscribe);
    }

    /// The readings by themselves: what a policy says of the others does not hold them up. Those are heard by
    /// every instance, also where several divide the readings: each has to know the devices.
    private void subscribe() {
        String readings = topics.data("+");
        String share = options.share();
        subscribe(
                List.of(share == null ? readings : "$share/" + share + "/" + readings),
                () -> {
                    subscribed = true;
                    later(sender::connected, 0);
                });
        subscribe(List.of(topics.status(), topics.errors(), topics.diagnostics()), () -> {});
    }

    /// @param filters at most 8: AWS IoT Core takes no more in one SUBSCRIBE
    private void subscribe(List<String> filters, Runnable done) {
        var _ =
                client.subscribe(
                                Mqtt3Subscribe.builder()
                                        .addSubscriptions(
                                                filters.stream().map(MqttBridge::atLeastOnce))
                                        .build())
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                done.run();
                                return;
                            }
                            LOG.error(
                                    "{} refuses the subscription of {}: {}",
                                    options.address(),
                                    filters,
                                    failure.getMessage());
                            again(filters, done);
                        });
    }

    private static Mqtt3Subscription atLeastOnce(String filter) {
        return Mqtt3Subscription.builder().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).build();
    }

    private void again(List<String> filters, Runnable done) {
        later(
                () -> {
                    if (client.getState().isConnected()) {
                        subscribe(filters, done);
                    } else {
                        again(filters, done);
                    }
                },
                BACKOFF.longest().toNanos());
    }

    /// On the bridge's thread, unless it is closed by then.
    private void later(Runnable task, long afterNanos) {
        try {
            var _ = thread.schedule(task, afterNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            if (!closing) {
                throw e;
            }
        }
    }

    private void connected() {
        LOG.info("Connected to {}", options.address());
        // The first time, the subscription comes first.
        if (subscribed) {
            later(sender::connected, 0);
        }
    }

    private static void acknowledge(Mqtt3Publish message) {
        try {
            message.acknowledge();
        } catch (IllegalStateException e) {
            LOG.debug("The connection that it came by is gone; it comes again", e);
        }
    }

    private void disconnected(MqttClientDisconnectedContext context) {
        if (closing || context.getSource() == MqttDisconnectSource.USER) {
            return;
        }
        int failures = context.getReconnector().getAttempts() + 1;
        Duration delay = BACKOFF.after(failures, ThreadLocalRandom.current());
        LOG.warn(
                "{} is not connected ({}); trying again in {} ms",
                options.address(),
                context.getCause().getMessage(),
                delay.toMillis());
        context.getReconnector().reconnect(true).delay(delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Whether readings come.
    public boolean isConnected() {
        return subscribed && client.getState().isConnected();
    }

    /// Where the broker is, for people.
    public String address() {
        return options.address().toString();
    }

    private CompletableFuture<?> publish(String topic, byte[] payload) {
        return client.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).send();
    }

    /// Says goodbye; the session stays, and the broker keeps what comes meanwhile.
    @Override
    public void close() {
        closing = true;
        try {
            if (client.getState().isConnectedOrReconnect()) {
                client.disconnect().get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Saying goodbye to {} failed", options.address(), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        thread.shutdownNow();
    }
}
