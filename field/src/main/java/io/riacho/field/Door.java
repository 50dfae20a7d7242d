package io.riacho.field;

import java.io.IOException;
import java.util.List;

/// The sensors' side of a door: brings readings to a server and waits for their receipts. Used by one
/// thread; reconnects when it is used after an error.
interface Door extends AutoCloseable {

    /// What came of a delivery.
    ///
    /// @param stored readings with a receipt
    /// @param refused those refused, each with a reason
    record Receipts(int stored, int refused) {}

    /// Delivers.
    ///
    /// @return once every reading has its answer
    /// @throws IOException when it is not known what was stored; sending all of it again is right
    Receipts deliver(List<Emission> emissions) throws IOException, InterruptedException;

    /// How a person calls it.
    String name();

    @Override
    void close();
}
