package io.riacho.acceptance.peers;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientBuilder;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.riacho.acceptance.peers.Way.Transport;
import io.riacho.identity.tls.ClientKeys;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The HiveMQ MQTT client.
final class HiveMq implements Peer {

    @Override
    public String name() {
        return "HiveMQ MQTT client 1.3.10";
    }

    @Override
    public Set<Transport> transports() {
        return EnumSet.allOf(Transport.class);
    }

    @Override
    public @Nullable String missing() {
        return null;
    }

    @Override
    public Link connect(Way way, String id) throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        MqttClientBuilder builder =
                MqttClient.builder()
                        .identifier(id)
                        .serverHost("127.0.0.1")
                        .serverPort(way.port())
                        .addDisconnectedListener(ended -> ends.add(words(ended.getCause())));
        if (way.transport().isWebSocket()) {
            builder =
                    builder.webSocketConfig(
                            MqttWebSocketConfig.builder().serverPath("mqtt").build());
        }
        Way.Shows shows = way.shows();
        if (shows != null) {
            builder =
                    builder.sslConfig(
                            MqttClientSslConfig.builder()
                                    .handshakeTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                    .protocols(
                                            List.of(
                                                    Objects.requireNonNull(
                                                            way.transport().protocol())))
                                    .keyManagerFactory(
                                            shows.certificate() == null || shows.key() == null
                                                    ? null
                                                    : ClientKeys.own(
                                                            shows.certificate(), shows.key()))
                                    .trustManagerFactory(ClientKeys.trusting(shows.rootCa()))
                                    .build());
        }
        return switch (way.version()) {
            case MQTT_3_1_1 -> new Three(builder.useMqttVersion3().buildAsync(), ends);
            case MQTT_5 -> new Five(builder.useMqttVersion5().buildAsync(), ends);
        };
    }

    private static String words(Throwable cause) {
        return String.valueOf(cause.getMessage());
    }

    private static <T> T await(CompletableFuture<T> answer) throws Exception {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new SaidException(words(cause), cause);
        }
    }

    /// It may be gone already.
    private static void hangUp(CompletableFuture<Void> answer) {
        answer.exceptionally(_ -> null).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /// What both versions do alike.
    private abstract static class Connected implements Link {

        private final BlockingQueue<String> ends;
        final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();

        Connected(BlockingQueue<String> ends) {
            this.ends = ends;
        }

        @Override
        public String receive() throws InterruptedException {
            byte[] payload = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new String(
                    Objects.requireNonNull(payload, "no message came"), StandardCharsets.UTF_8);
        }

        @Override
        public String disconnection() throws InterruptedException {
            return Objects.requireNonNull(
                    ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "still connected");
        }
    }

    private static final class Three extends Connected {

        private final Mqtt3AsyncClient client;

        Three(Mqtt3AsyncClient client, BlockingQueue<String> ends) throws Exception {
            super(ends);
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    (Mqtt3Publish publish) -> messages.add(publish.getPayloadAsBytes()));
            await(client.connect());
        }

        @Override
        public void publish(String topic, int qos, String payload) throws Exception {
            await(
                    client.publishWith()
                            .topic(topic)
                            .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                            .payload(payload.getBytes(StandardCharsets.UTF_8))
                            .send());
        }

        @Override
        public void subscribe(String filter) throws Exception {
            await(client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send());
        }

        @Override
        public void close() {
            hangUp(client.disconnect());
        }
    }

    private static final class Five extends Connected {

        private final Mqtt5AsyncClient client;

        Five(Mqtt5AsyncClient client, BlockingQueue<String> ends) throws Exception {
            super(ends);
            this.client = client;
            client.publishes(
                    MqttGlobalPublishFilter.ALL,
                    (Mqtt5Publish publish) -> messages.add(publish.getPayloadAsBytes()));
            await(client.connect());
        }

        @Override
        public void publish(String topic, int qos, String payload) throws Exception {
            await(
                    client.publishWith()
                            .topic(topic)
                            .qos(Objects.requireNonNull(MqttQos.fromCode(qos)))
                            .payload(payload.getBytes(StandardCharsets.UTF_8))
                            .send());
        }

        @Override
        public void subscribe(String filter) throws Exception {
            await(client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send());
        }

        @Override
        public void close() {
            hangUp(client.disconnect());
        }
    }
}
