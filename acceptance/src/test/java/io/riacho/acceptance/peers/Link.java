package io.riacho.acceptance.peers;

/// A connection of a peer. What the client reports as failed comes as [SaidException].
interface Link extends AutoCloseable {

    /// Publishes, and waits for what its QoS has for an answer.
    void publish(String topic, int qos, String payload) throws Exception;

    /// Subscribes with QoS 1, and waits for the SUBACK.
    void subscribe(String filter) throws Exception;

    /// The payload of the next message; waits for it.
    String receive() throws Exception;

    /// What the client says when the server ends the connection; waits for it.
    String disconnection() throws Exception;

    @Override
    void close();
}
