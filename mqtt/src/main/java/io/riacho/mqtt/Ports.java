package io.riacho.mqtt;

/// The parts of the embedding program that a connection asks and tells.
public record Ports(
        Publishes publishes,
        Authenticator authenticator,
        Authorizer authorizer,
        ClientEvents events) {}
