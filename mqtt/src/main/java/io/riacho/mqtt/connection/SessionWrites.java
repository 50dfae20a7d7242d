package io.riacho.mqtt.connection;

import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.spi.PublishBatch;
import java.util.List;

/// The changes of one client's session that are on their way to the store, for those who wait for
/// them. For the connection's event loop.
final class SessionWrites {

    private final MqttConnection connection;
    private final Broker broker;
    private int pending;

    SessionWrites(MqttConnection connection, Broker broker) {
        this.connection = connection;
        this.broker = broker;
    }

    /// Nothing is on its way.
    boolean isQuiet() {
        return pending == 0;
    }

    /// Does what must wait until changes are durable, unless the connection ends meanwhile; ends the
    /// connection when they cannot be made durable.
    void whenStored(List<SessionChange> changes, Runnable then) {
        if (changes.isEmpty()) {
            then.run();
            return;
        }
        pending++;
        broker.store(
                changes,
                new SessionStore.Completion() {
                    @Override
                    public void stored() {
                        connection.onLoop(() -> after(then));
                    }

                    @Override
                    public void failed(boolean full, String reason) {
                        PublishBatch.Failure failure =
                                full ? PublishBatch.Failure.FULL : PublishBatch.Failure.UNAVAILABLE;
                        Runnable end = () -> connection.endUndurable(failure, reason);
                        connection.onLoop(() -> after(end));
                    }
                });
    }

    private void after(Runnable then) {
        pending--;
        if (connection.isOpen()) {
            then.run();
        }
        connection.progressed();
    }
}
