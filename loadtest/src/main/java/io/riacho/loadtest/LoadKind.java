package io.riacho.loadtest;

/// The services that can be loaded.
public enum LoadKind {
    /// `Sensor.StreamReadings`: one endless stream per connection; the sensor sets the pace, one
    /// reading a second.
    SENSOR(50_051),
    /// `Saudacao.Saudar`: one call per connection and period.
    HELLO(50_051),
    /// The TCP door: one reading per connection and period; its answer says that it is durable.
    TCP(5_000);

    private final int port;

    LoadKind(int port) {
        this.port = port;
    }

    /// The port that the service has unless configured.
    public int port() {
        return port;
    }
}
