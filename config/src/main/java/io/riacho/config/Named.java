package io.riacho.config;

/// A record in a list of the configuration that is known by its name: listings show that alone.
public interface Named {

    String name();
}
