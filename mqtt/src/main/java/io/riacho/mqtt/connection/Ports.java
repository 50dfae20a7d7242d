package io.riacho.mqtt.connection;

import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.mqtt.spi.PublishHandler;

/// The ports of the embedding program that a connection asks and tells.
public record Ports(
        PublishHandler publishHandler,
        Authenticator authenticator,
        Authorizer authorizer,
        ClientEvents events) {}
