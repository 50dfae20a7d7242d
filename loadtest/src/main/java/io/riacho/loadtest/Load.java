package io.riacho.loadtest;

/// One kind of load. A run opens every connection, begins, ticks, ends, closes.
sealed interface Load extends AutoCloseable permits SensorLoad, HelloLoad, TcpLoad {

    /// Opens connection `index` and answers at once; the opener is told when it stands or failed.
    void open(int index, Opening opening);

    /// All connections stand: what the server sends is measured from now on.
    void begin();

    /// Connection `index` is to send what was due at `dueNanos` ([System#nanoTime()]). Called by one
    /// thread; must not wait.
    void send(int index, long dueNanos);

    /// Whether [#send] does anything: where the server sets the pace it does not.
    boolean sends();

    @Override
    void close();

    /// Is told how opening a connection went, once, by any thread.
    interface Opening {

        void opened();

        void failed(String reason);
    }
}
