package io.riacho.doors.mqtt;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandDelivery;
import io.riacho.api.commands.CommandSender;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.formats.RiachoTopics;
import io.riacho.formats.json.CommandJson;
import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.DeliveryListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes commands, QoS 1, to who is connected and subscribes.
///
/// A device's command goes out on the device's topic and on that of each group that it is in, with the same
/// bytes: its `device_id` says whom it is for. It is sent when a session gets it, and delivered when a
/// device's PUBACK comes, not an onlooker's. Nothing waits in the sessions of who is away: when a client
/// subscribes, also by a session that it comes back to, it alone gets the newest command of each device that
/// the filter is for, unless that is acknowledged.
public final class MqttCommands implements CommandSender {

    private static final Logger LOG = LoggerFactory.getLogger(MqttCommands.class);
    private static final String CONTENT_TYPE = "application/json";

    private final CommandDelivery book;
    private final DeviceGroups groups;
    private final RiachoTopics topics;
    private final ClientRoles roles;
    private final Executor executor;
    private final LongSupplier clockMicros;

    /// Subscriptions that came before the door was known; null afterwards. Guarded by this.
    private @Nullable List<Runnable> early = new ArrayList<>();

    private volatile @Nullable MqttDoor door;

    /// @param executor for work that may take milliseconds
    /// @param clockMicros µs since 1970 UTC
    public MqttCommands(
            CommandDelivery book,
            DeviceGroups groups,
            RiachoTopics topics,
            ClientRoles roles,
            Executor executor,
            LongSupplier clockMicros) {
        this.book = book;
        this.groups = groups;
        this.topics = topics;
        this.roles = roles;
        this.executor = executor;
        this.clockMicros = clockMicros;
    }

    /// The door is open: commands go out from now on.
    public void open(MqttDoor opened) {
        List<Runnable> waiting;
        synchronized (this) {
            door = opened;
            waiting = early == null ? List.of() : early;
            early = null;
        }
        waiting.forEach(Runnable::run);
    }

    // --- the stream thread

    @Override
    public void send(Command command) {
        MqttDoor to = door;
        if (to == null) {
            return;
        }
        byte[] payload = CommandJson.bytes(command);
        PublishProperties properties = properties(command);
        Publication publication = new Publication(command);
        int sessions =
                publish(to, topics.command(command.device()), payload, properties, publication);
        for (String group : groups.of(command.device())) {
            sessions += publish(to, topics.command(group), payload, properties, publication);
        }
        publication.published(sessions);
    }

    private static int publish(
            MqttDoor to,
            String topic,
            byte[] payload,
            PublishProperties properties,
            Publication publication) {
        return to.publish(
                topic,
                payload,
                Qos.AT_LEAST_ONCE,
                properties,
                MqttServer.Audience.CONNECTED,
                publication);
    }

    // --- event loops

    /// A client subscribes: it gets what it may have missed.
    public void subscribed(Client client, String filter) {
        if (roles.part(client) == ClientRoles.Part.OTHER) {
            return;
        }
        String plain = Topics.unshared(filter);
        synchronized (this) {
            if (early != null) {
                early.add(() -> catchUp(client, plain));
                return;
            }
        }
        catchUp(client, plain);
    }

    private void catchUp(Client client, String filter) {
        if (filter.indexOf('+') < 0 && filter.indexOf('#') < 0) {
            String name = topics.device(filter);
            if (name != null) {
                for (String each : groups.members(name).orElse(List.of(name))) {
                    book.newest(each).ifPresent(command -> again(client, filter, command));
                }
            }
        } else if (Topics.matches(filter, topics.command("x"))
                || filter.startsWith(topics.root() + "/")
                || filter.startsWith("+/")) {
            executor.execute(() -> catchUpAll(client, filter));
        }
    }

    private void catchUpAll(Client client, String filter) {
        for (Command each : book.newestOfAll()) {
            String topic = topics.command(each.device());
            if (each.isOpen() && Topics.matches(filter, topic)) {
                again(client, topic, each);
            }
        }
    }

    private void again(Client client, String topic, Command command) {
        MqttDoor to = door;
        if (to == null || !command.isOpen()) {
            return;
        }
        if (command.state() == Command.State.EXPIRED) {
            // It is issued again, with a new expiry, and comes by #send.
            book.renew(command);
            return;
        }
        Publication publication = new Publication(command);
        boolean goes =
                to.publishTo(
                        client.id(),
                        topic,
                        CommandJson.bytes(command),
                        Qos.AT_LEAST_ONCE,
                        properties(command),
                        publication);
        publication.published(goes ? 1 : 0);
    }

    private PublishProperties properties(Command command) {
        long left =
                TimeUnit.MICROSECONDS.toSeconds(
                        command.expiresAtMicros() - clockMicros.getAsLong());
        return PublishProperties.contentType(CONTENT_TYPE)
                .withExpirySeconds(Math.clamp(left, 1, Integer.MAX_VALUE));
    }

    /// What becomes of a command that was published. A PUBACK may be here before it is known to how
    /// many sessions the command went: then it waits, so that `sent` comes before `delivered`.
    private final class Publication implements DeliveryListener {

        private final Command command;
        private boolean sent;
        private boolean delivered;

        Publication(Command command) {
            this.command = command;
        }

        synchronized void published(int sessions) {
            if (sessions > 0) {
                book.sent(command);
                sent = true;
                if (delivered) {
                    book.delivered(command);
                }
            }
        }

        @Override
        public void delivered(String clientId, Qos qos) {
            MqttDoor by = door;
            Client client = by == null ? null : by.client(clientId);
            if (qos == Qos.AT_MOST_ONCE
                    || client == null
                    || roles.part(client) == ClientRoles.Part.OTHER) {
                return;
            }
            synchronized (this) {
                if (sent) {
                    book.delivered(command);
                }
                delivered = true;
            }
        }

        @Override
        public void dropped(String clientId, ReasonCode code) {
            LOG.debug("Command {} did not reach {}: {}", command.id(), clientId, code);
        }
    }
}
