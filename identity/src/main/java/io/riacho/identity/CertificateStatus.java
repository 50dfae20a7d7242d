package io.riacho.identity;

/// A certificate's place in the registry at a moment.
sealed interface CertificateStatus {

    /// Its device may be here.
    record Known(DeviceIdentity identity) implements CertificateStatus {}

    /// Its device may not.
    ///
    /// @param reason for the device and the log
    record Refused(String reason) implements CertificateStatus {}

    /// It is in no registry.
    record Unknown() implements CertificateStatus {}
}
