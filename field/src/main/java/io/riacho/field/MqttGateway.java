package io.riacho.field;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import io.riacho.formats.RiachoTopics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The MQTT door: a gateway that publishes for many sensors, a message for each reading, QoS 1. The PUBACK
/// is the receipt; one with a reason code is a refusal.
final class MqttGateway implements Door {

    private static final long TIMEOUT_SECONDS = 15;

    private final MqttAccess access;
    private final RiachoTopics topics;
    private @Nullable Mqtt5AsyncClient client;

    MqttGateway(MqttAccess access) {
        this.access = access;
        this.topics = access.topics();
    }

    @Override
    public Receipts deliver(List<Emission> emissions) throws IOException, InterruptedException {
        try {
            Mqtt5AsyncClient open = connected();
            List<CompletableFuture<Mqtt5PublishResult>> answers = new ArrayList<>();
            for (Emission emission : emissions) {
                answers.add(
                        open.publishWith()
                                .topic(topics.data(emission.sensor()))
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .payload(Json.line(emission).getBytes(StandardCharsets.UTF_8))
                                .contentType("application/json")
                                .send());
            }
            int stored = 0;
            for (CompletableFuture<Mqtt5PublishResult> answer : answers) {
                stored += isStored(answer) ? 1 : 0;
            }
            return new Receipts(stored, emissions.size() - stored);
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private static boolean isStored(CompletableFuture<Mqtt5PublishResult> answer)
            throws IOException, InterruptedException {
        try {
            answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Mqtt5PubAckException) {
                return false;
            }
            throw failed(e);
        } catch (TimeoutException e) {
            throw new IOException("no PUBACK within " + TIMEOUT_SECONDS + " s", e);
        }
    }

    private Mqtt5AsyncClient connected() throws IOException, InterruptedException {
        Mqtt5AsyncClient open = client;
        if (open == null || !open.getState().isConnected()) {
            open = access.client().buildAsync();
            client = open;
            try {
                open.connect().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw failed(e);
            } catch (TimeoutException e) {
                throw new IOException("no CONNACK within " + TIMEOUT_SECONDS + " s", e);
            }
        }
        return open;
    }

    private static IOException failed(ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new IOException("MQTT: " + cause.getMessage(), cause);
    }

    @Override
    public String name() {
        return "mqtt";
    }

    @Override
    public void close() {
        Mqtt5AsyncClient open = client;
        client = null;
        if (open != null && open.getState().isConnectedOrReconnect()) {
            var _ = open.disconnect();
        }
    }
}
