package io.riacho.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5SubscribeBuilder;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import io.riacho.formats.RiachoTopics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A gateway that obeys commands over MQTT for some of the valves: it subscribes each one's topic, turns
/// the valve, and answers on the status topic. A lost connection is made again.
final class MqttActuators implements AutoCloseable {

    private static final int KEEP_ALIVE_SECONDS = 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Drives drives;
    private final MqttAccess access;
    private final RiachoTopics topics;
    private final Map<String, Integer> plotByTopic = new HashMap<>();
    private final Mqtt5AsyncClient client;

    /// @param plots whose commands it takes, at least one
    /// @throws IOException naming the file of `access` that cannot be used
    MqttActuators(MqttAccess access, Drives drives, List<Integer> plots) throws IOException {
        this.access = access;
        this.topics = access.topics();
        this.drives = drives;
        for (int plot : plots) {
            plotByTopic.put(topics.command(Field.sensor(plot)), plot);
        }
        client =
                access.client()
                        .automaticReconnect()
                        .initialDelay(200, TimeUnit.MILLISECONDS)
                        .maxDelay(2, TimeUnit.SECONDS)
                        .applyAutomaticReconnect()
                        .addConnectedListener(_ -> subscribe())
                        .buildAsync();
    }

    void start() {
        client.publishes(MqttGlobalPublishFilter.SUBSCRIBED, this::obey);
        var _ = client.connectWith().cleanStart(true).keepAlive(KEEP_ALIVE_SECONDS).send();
    }

    /// Whoever subscribes gets the newest command again, unless it is acknowledged.
    private void subscribe() {
        Mqtt5SubscribeBuilder.Start subscribe = Mqtt5Subscribe.builder();
        Mqtt5SubscribeBuilder.Complete all =
                subscribe.addSubscriptions(
                        plotByTopic.keySet().stream()
                                .map(topic ->
                                        Mqtt5Subscription.builder()
                                                .topicFilter(topic)
                                                .qos(MqttQos.AT_LEAST_ONCE)
                                                .build()));
        var _ = client.subscribe(all.build());
    }

    private void obey(Mqtt5Publish publish) {
        Integer plot = plotByTopic.get(publish.getTopic().toString());
        JsonNode command;
        try {
            command = JSON.readTree(publish.getPayloadAsBytes());
        } catch (IOException e) {
            return;
        }
        if (plot == null || !command.path("id").isTextual()) {
            return;
        }
        drives.obey(
                plot,
                command.path("sequence").asLong(),
                command.path("turn_on").asBoolean(),
                command.path("average").asDouble(Double.NaN),
                command.path("rule").asText());
        byte[] answer =
                JSON.createObjectNode()
                        .put("gateway_id", access.clientId())
                        .put("device_id", Field.sensor(plot))
                        .put("command_id", command.path("id").asText())
                        .toString()
                        .getBytes(StandardCharsets.UTF_8);
        var _ =
                client.publishWith()
                        .topic(topics.status())
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(answer)
                        .send()
                        .whenComplete((_, failure) -> {
                            // Without an answer the command stays open, and comes again.
                            if (failure == null) {
                                drives.countAcknowledged();
                            }
                        });
    }

    @Override
    public void close() {
        var _ = client.disconnect();
    }
}
