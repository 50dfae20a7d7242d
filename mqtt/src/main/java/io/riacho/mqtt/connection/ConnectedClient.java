package io.riacho.mqtt.connection;

import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientStatistics;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The [Client] that a connection shows to others: read by any thread, written by its event loop.
final class ConnectedClient implements Client {

    private final MqttConnection connection;
    private final String listener;
    private final ClientCounters counters;
    private volatile String id = "";
    private volatile Version version = Version.MQTT_3_1_1;
    private volatile Object identity = "";
    private volatile int keepAliveSeconds;
    private volatile @Nullable Session session;

    ConnectedClient(MqttConnection connection, String listener, ClientCounters counters) {
        this.connection = connection;
        this.listener = listener;
        this.counters = counters;
    }

    MqttConnection connection() {
        return connection;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public Object identity() {
        return identity;
    }

    @Override
    public SocketAddress remoteAddress() {
        return connection.channel().remoteAddress();
    }

    @Override
    public String listener() {
        return listener;
    }

    @Override
    public int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    @Override
    public ClientStatistics statistics() {
        Session of = session;
        return counters.statistics(of == null ? 0 : of.queued(), of == null ? 0 : of.dropped());
    }

    void speaks(Version spoken) {
        version = spoken;
    }

    void calledItself(String clientId) {
        id = clientId;
    }

    void identified(String clientId, Object as) {
        id = clientId;
        identity = as;
    }

    void keepAliveSeconds(int agreed) {
        keepAliveSeconds = agreed;
    }

    /// @param had its session, or null when it has none any more
    void has(@Nullable Session had) {
        session = had;
    }
}
