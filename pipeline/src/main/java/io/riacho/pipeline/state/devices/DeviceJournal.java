package io.riacho.pipeline.state.devices;

import io.riacho.pipeline.record.JournalAppender;
import io.riacho.pipeline.record.SystemRecord;
import java.util.function.Consumer;

/// Hands events of devices to the journal. Safe for use by many threads.
public record DeviceJournal(JournalAppender journal) implements DevicePresence.Events {

    @Override
    public void journal(DeviceEvent event, Consumer<Boolean> answer) {
        journal.append(SystemRecord.answering(event, answer));
    }
}
