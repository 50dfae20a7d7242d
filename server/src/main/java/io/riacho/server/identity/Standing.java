package io.riacho.server.identity;

/// What a certificate is worth at a moment.
sealed interface Standing {

    /// Its device may be here.
    record Known(DeviceIdentity identity) implements Standing {}

    /// Its device may not.
    ///
    /// @param reason for the device and the log
    record Refused(String reason) implements Standing {}

    /// It is in no registry.
    record Unknown() implements Standing {}
}
