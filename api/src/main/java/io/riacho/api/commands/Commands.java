package io.riacho.api.commands;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The commands of all devices: asked for, followed and acknowledged. Safe for use by many
/// threads.
public interface Commands {

    /// Ends with [#close()].
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /// What came of an acknowledgement.
    enum Acknowledgement {
        /// Durable. Also for one that was acknowledged before.
        ACCEPTED,
        /// No such command for that device.
        UNKNOWN,
        /// It could not be made durable; try again.
        FAILED
    }

    /// Commands for one device from now on, beginning with its newest when that is not yet
    /// acknowledged and not expired. The listener is called on a thread of the pipeline and must not
    /// block; only the newest command matters to it.
    Subscription subscribe(String device, Consumer<Command> listener);

    /// The device has carried out the command. The answer comes when that is durable, on a thread of
    /// the pipeline.
    void acknowledge(String device, String commandId, Consumer<Acknowledgement> answer);

    /// The newest command of a device.
    Optional<Command> newest(String device);

    /// Each device's newest command, in no order.
    List<Command> newestOfAll();

    /// How many devices have had a command.
    int devices();

    /// The newest commands of all devices, newest first.
    List<Command> recent(int limit);
}
