package io.riacho.server.devices;

import java.util.List;

/// What happened to devices: everything that changes a [Device]. Journaled.
public sealed interface DeviceEvent {

    /// Longer reports are cut.
    int REPORT_CHARS_MAX = 1_024;

    /// The grace of a device that is online by its own word: there is no connection that could be lost.
    int BY_WORD_MILLIS = 0;

    /// Devices of one [Seen].
    int SEEN_MAX = 1_000;

    /// When, µs since 1970 UTC.
    long atMicros();

    /// Whom it is about.
    List<String> devices();

    /// It is online, or online from elsewhere or with another client than before.
    ///
    /// @param graceMillis how long it may be silent before its connection counts as lost, or
    ///     [#BY_WORD_MILLIS]
    record Connected(String device, long atMicros, String address, String client, int graceMillis)
            implements DeviceEvent {
        @Override
        public List<String> devices() {
            return List.of(device);
        }

        /// By its own word, or that of somebody who speaks for it.
        static Connected byWord(String device, long atMicros) {
            return new Connected(device, atMicros, "", "", BY_WORD_MILLIS);
        }

        /// How that is known, for people.
        public String detail() {
            return graceMillis == BY_WORD_MILLIS ? "it said so" : client + " from " + address;
        }
    }

    /// It went, and did not come back at once.
    ///
    /// @param lastSeenMicros when something last came from it
    record Left(String device, long atMicros, String reason, long lastSeenMicros)
            implements DeviceEvent {
        @Override
        public List<String> devices() {
            return List.of(device);
        }
    }

    /// It said something about itself.
    record Reported(String device, long atMicros, Kind kind, String text) implements DeviceEvent {

        /// In the order of their codes.
        public enum Kind {
            STATUS,
            ERROR,
            DIAGNOSTICS
        }

        public Reported {
            if (text.length() > REPORT_CHARS_MAX) {
                int end = REPORT_CHARS_MAX;
                text =
                        text.substring(
                                0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
            }
        }

        @Override
        public List<String> devices() {
            return List.of(device);
        }
    }

    /// Something came from each of them in the minute before.
    record Seen(List<String> devices, long atMicros) implements DeviceEvent {
        public Seen {
            devices = List.copyOf(devices);
        }
    }
}
