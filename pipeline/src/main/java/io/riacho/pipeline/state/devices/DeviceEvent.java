package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Device;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.record.RecordKind;
import java.util.List;

/// The records that change a [Device]: what happened to devices.
public sealed interface DeviceEvent extends JournalRecord {

    /// Devices of one [Seen].
    int SEEN_MAX = 1_000;

    @Override
    default RecordKind recordKind() {
        return RecordKind.DEVICES_CHANGED;
    }

    /// When, µs since 1970 UTC.
    long atMicros();

    /// Whom it is about.
    List<String> devices();

    /// It is online, or online from elsewhere or with another client than before.
    ///
    /// @param graceMillis how long it may be silent before its connection counts as lost, or
    ///     [Device#BY_WORD_MILLIS]
    record Connected(String device, long atMicros, String address, String client, int graceMillis)
            implements DeviceEvent {
        @Override
        public List<String> devices() {
            return List.of(device);
        }

        /// By its own word, or that of somebody who speaks for it.
        static Connected byWord(String device, long atMicros) {
            return new Connected(device, atMicros, "", "", Device.BY_WORD_MILLIS);
        }

        /// How that is known, for people.
        public String detail() {
            return graceMillis == Device.BY_WORD_MILLIS
                    ? "it said so"
                    : client + " from " + address;
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
    record Reported(String device, long atMicros, Device.Report.Kind kind, String text)
            implements DeviceEvent {

        public Reported {
            if (text.length() > Device.REPORT_CHARS_MAX) {
                int end = Device.REPORT_CHARS_MAX;
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
