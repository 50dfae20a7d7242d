package io.riacho.identity;

import io.riacho.formats.RiachoTopics;
import io.riacho.identity.Policy.Action;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.Client;
import java.util.Objects;

/// What each client may do, by its role ([Policy]) and, for a gateway, by its sensors and devices.
/// Safe for use by many threads.
public final class RoleAuthorizer implements Authorizer {

    private final RiachoTopics topics;

    public RoleAuthorizer(RiachoTopics topics) {
        this.topics = topics;
    }

    @Override
    public boolean mayPublish(Client client, String topic) {
        return may(identity(client), Action.PUBLISH, topic);
    }

    @Override
    public boolean mayRetain(Client client, String topic) {
        return may(identity(client), Action.RETAIN, topic);
    }

    @Override
    public boolean mayWill(Client client, String topic) {
        return may(identity(client), Action.WILL, topic);
    }

    @Override
    public boolean maySubscribe(Client client, String filter) {
        return may(identity(client), Action.SUBSCRIBE, filter);
    }

    /// A filter is of a kind only when all that it matches is: `+` may stand for the whole id and for
    /// nothing else, and `#` for nothing.
    ///
    /// @param topic a topic's name, or for [Action#SUBSCRIBE] a filter without `$share/name/`
    boolean may(DeviceIdentity who, Action action, String topic) {
        if (who.role() == Role.LOCAL) {
            return true;
        }
        RiachoTopics.Kind kind = topics.kind(topic);
        if (!Policy.of(kind).allows(who.role(), action)) {
            return false;
        }
        boolean restricted = who.role() == Role.GATEWAY;
        return switch (kind) {
            case DATA -> {
                String sensor = Objects.requireNonNullElse(topics.sensor(topic), "");
                yield isId(sensor) && (!restricted || who.publishesFor(sensor));
            }
            case COMMAND -> {
                String device = Objects.requireNonNullElse(topics.device(topic), "");
                yield isId(device) && (!restricted || who.hears(device));
            }
            case STATUS, UPDATES, ERRORS, DIAGNOSTICS -> true;
            case OTHER -> false;
        };
    }

    private static boolean isId(String level) {
        return !level.isEmpty() && !level.equals("#");
    }

    private static DeviceIdentity identity(Client client) {
        if (client.identity() instanceof DeviceIdentity identity) {
            return identity;
        }
        throw new IllegalStateException(
                "client " + client.id() + " has no identity; X509Authenticator gives it");
    }
}
