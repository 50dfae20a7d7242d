package io.riacho.api.readings;

/// The reason for which a whole submission was not stored. Nothing of it is kept; the sender may
/// send it again.
///
/// @param kind what a door maps to its protocol's own code
/// @param reason in words for the sender
public record Failure(Kind kind, String reason) {

    /// The reasons for which the path takes nothing.
    public enum Kind {
        /// The disk is below its floor of free bytes; it recovers by itself when there is room.
        DISK_FULL,
        /// The server is stopping.
        STOPPING,
        /// The journal failed: the process gives no further receipt and ends.
        BROKEN
    }
}
