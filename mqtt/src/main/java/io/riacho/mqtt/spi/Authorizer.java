package io.riacho.mqtt.spi;

/// Decides what a client may do. Called on event loops: must not block. An answer about publishing is
/// remembered for as long as the connection lasts; to take a right away, disconnect the client.
public interface Authorizer {

    /// Everything is allowed.
    Authorizer ALL =
            new Authorizer() {
                @Override
                public boolean mayPublish(Client client, String topic) {
                    return true;
                }

                @Override
                public boolean mayRetain(Client client, String topic) {
                    return true;
                }

                @Override
                public boolean mayWill(Client client, String topic) {
                    return true;
                }

                @Override
                public boolean maySubscribe(Client client, String filter) {
                    return true;
                }
            };

    boolean mayPublish(Client client, String topic);

    /// Asked besides [#mayPublish] for a message with RETAIN.
    boolean mayRetain(Client client, String topic);

    boolean mayWill(Client client, String topic);

    /// Whether the client may get what a filter matches.
    ///
    /// @param filter without `$share/name/`; it must be allowed for every topic that it matches
    boolean maySubscribe(Client client, String filter);
}
