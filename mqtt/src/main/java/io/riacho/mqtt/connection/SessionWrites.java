package io.riacho.mqtt.connection;

import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Fanout;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.spi.PublishBatch;
import java.util.function.Consumer;

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

    /// Plans changes in the order of the journal, and does what must wait until they are durable, unless
    /// the connection ends meanwhile; ends the connection when they cannot be made durable.
    ///
    /// @param plan must not block, nor call anybody
    /// @param undo takes back in memory what could not be stored
    /// @param done runs in any case, last
    void whenStored(Consumer<Fanout> plan, Runnable undo, Runnable then, Runnable done) {
        pending++;
        var _ =
                broker.plan(
                        plan,
                        new SessionStore.Completion() {
                            @Override
                            public void stored() {
                                connection.onLoop(() -> after(then, done));
                            }

                            @Override
                            public void failed(boolean full, String reason) {
                                PublishBatch.Failure failure =
                                        full
                                                ? PublishBatch.Failure.FULL
                                                : PublishBatch.Failure.UNAVAILABLE;
                                connection.onLoop(() -> {
                                    broker.inOrder(undo);
                                    after(() -> connection.endUndurable(failure, reason), done);
                                });
                            }
                        });
    }

    private void after(Runnable then, Runnable done) {
        pending--;
        if (connection.isOpen()) {
            then.run();
        }
        done.run();
        connection.progressed();
    }
}
