package io.riacho.acceptance.peers;

import io.riacho.acceptance.peers.Way.Transport;
import io.riacho.identity.tls.ClientKeys;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/// Eclipse Paho's Java clients: one for each version of MQTT.
final class Paho implements Peer {

    @Override
    public String name() {
        return "Eclipse Paho Java 1.2.5";
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
        String scheme =
                switch (way.transport()) {
                    case TCP -> "tcp://";
                    case TLS_1_2, TLS_1_3 -> "ssl://";
                    case WEB_SOCKET -> "ws://";
                    case SECURE_WEB_SOCKET -> "wss://";
                };
        String uri =
                scheme + "127.0.0.1:" + way.port() + (way.transport().isWebSocket() ? "/mqtt" : "");
        SSLSocketFactory sockets = sockets(way);
        return switch (way.version()) {
            case MQTT_3_1_1 -> new Three(uri, id, sockets);
            case MQTT_5 -> new Five(uri, id, sockets);
        };
    }

    private static @Nullable SSLSocketFactory sockets(Way way) throws Exception {
        Way.Shows shows = way.shows();
        if (shows == null) {
            return null;
        }
        String protocol = Objects.requireNonNull(way.transport().protocol());
        SSLContext context = SSLContext.getInstance(protocol);
        context.init(
                shows.certificate() == null || shows.key() == null
                        ? null
                        : ClientKeys.own(shows.certificate(), shows.key()).getKeyManagers(),
                ClientKeys.trusting(shows.rootCa()).getTrustManagers(),
                null);
        return new OneProtocol(context.getSocketFactory(), protocol);
    }

    /// What both versions do alike.
    private abstract static class Connected implements Link {

        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

        void arrived(byte[] payload) {
            messages.add(new String(payload, StandardCharsets.UTF_8));
        }

        @Override
        public String receive() throws InterruptedException {
            return Objects.requireNonNull(
                    messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no message came");
        }

        @Override
        public String disconnection() throws InterruptedException {
            return Objects.requireNonNull(
                    ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "still connected");
        }
    }

    private static final class Three extends Connected implements MqttCallback {

        private final MqttClient client;

        Three(String uri, String id, @Nullable SSLSocketFactory sockets) throws Exception {
            client = new MqttClient(uri, id, new MemoryPersistence());
            client.setCallback(this);
            client.setTimeToWait(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            if (sockets != null) {
                options.setSocketFactory(sockets);
            }
            try {
                client.connect(options);
            } catch (MqttException e) {
                client.close();
                throw said(e);
            }
        }

        private static SaidException said(MqttException e) {
            return new SaidException(words(e), e);
        }

        /// Without the cause, which depends on who noticed first.
        private static String words(MqttException e) {
            return e.getMessage() + " (" + e.getReasonCode() + ")";
        }

        @Override
        public void publish(String topic, int qos, String payload) throws Exception {
            try {
                client.publish(topic, payload.getBytes(StandardCharsets.UTF_8), qos, false);
            } catch (MqttException e) {
                throw said(e);
            }
        }

        @Override
        public void subscribe(String filter) throws Exception {
            try {
                client.subscribe(filter, 1);
            } catch (MqttException e) {
                throw said(e);
            }
        }

        @Override
        public void connectionLost(Throwable cause) {
            ends.add(cause instanceof MqttException e ? words(e) : cause.toString());
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            arrived(message.getPayload());
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}

        @Override
        public void close() {
            try {
                client.disconnect();
            } catch (MqttException e) {
                ends.add("It was gone already: " + e);
            }
            try {
                client.close(true);
            } catch (MqttException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Five extends Connected
            implements org.eclipse.paho.mqttv5.client.MqttCallback {

        private final org.eclipse.paho.mqttv5.client.MqttAsyncClient client;

        Five(String uri, String id, @Nullable SSLSocketFactory sockets) throws Exception {
            client =
                    new org.eclipse.paho.mqttv5.client.MqttAsyncClient(
                            uri,
                            id,
                            new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
            client.setCallback(this);
            MqttConnectionOptions options = new MqttConnectionOptions();
            options.setAutomaticReconnect(false);
            if (sockets != null) {
                options.setSocketFactory(sockets);
            }
            try {
                done(client.connect(options));
            } catch (SaidException e) {
                client.close();
                throw e;
            }
        }

        /// A refusal is an exception for some packets, a reason code for others.
        private static void done(IMqttToken token) throws SaidException {
            try {
                token.waitForCompletion(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            } catch (org.eclipse.paho.mqttv5.common.MqttException e) {
                throw new SaidException(e.toString(), e);
            }
            int[] codes = token.getReasonCodes();
            if (codes != null && codes.length > 0 && codes[0] >= 0x80) {
                throw new SaidException("reason code " + codes[0], null);
            }
        }

        @Override
        public void publish(String topic, int qos, String payload) throws Exception {
            done(client.publish(topic, payload.getBytes(StandardCharsets.UTF_8), qos, false));
        }

        @Override
        public void subscribe(String filter) throws Exception {
            done(client.subscribe(filter, 1));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            ends.add("disconnected, returnCode " + response.getReturnCode());
        }

        @Override
        public void mqttErrorOccurred(org.eclipse.paho.mqttv5.common.MqttException e) {}

        @Override
        public void messageArrived(
                String topic, org.eclipse.paho.mqttv5.common.MqttMessage message) {
            arrived(message.getPayload());
        }

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean again, String uri) {}

        @Override
        public void authPacketArrived(int code, MqttProperties properties) {}

        @Override
        public void close() {
            try {
                client.disconnect().waitForCompletion(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            } catch (org.eclipse.paho.mqttv5.common.MqttException e) {
                ends.add("It was gone already: " + e);
            }
            try {
                client.close(true);
            } catch (org.eclipse.paho.mqttv5.common.MqttException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
