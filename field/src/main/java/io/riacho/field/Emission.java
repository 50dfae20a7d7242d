package io.riacho.field;

/// One message of a sensor: mostly a reading, now and then something broken.
sealed interface Emission {

    String sensor();

    /// A reading.
    ///
    /// @param timestampMicros when it was measured, µs since 1970 UTC
    record Measured(
            String sensor,
            String metric,
            double value,
            long timestampMicros,
            String unit,
            Delivery delivery)
            implements Emission {}

    /// Something that no door can store.
    record Broken(String sensor, String metric, Fault fault) implements Emission {}

    /// How a reading comes.
    enum Delivery {
        ON_TIME,
        /// Long after it was measured: the sensor was out of reach.
        LATE,
        /// A second time: the sensor did not hear the answer.
        AGAIN
    }

    /// What is wrong.
    enum Fault {
        /// The probe came loose: the value is not a number.
        NOT_A_NUMBER,
        /// The sensor sends its text in place of a value.
        NO_VALUE,
        /// The message ends in the middle.
        CUT_SHORT
    }
}
