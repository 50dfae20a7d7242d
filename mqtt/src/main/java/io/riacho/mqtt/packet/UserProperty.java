package io.riacho.mqtt.packet;

/// A name and a value that travel with a packet, in order, unchanged.
public record UserProperty(String name, String value) {}
