package io.riacho.doors.bridge;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandDelivery;
import io.riacho.api.commands.CommandSender;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.formats.RiachoTopics;
import io.riacho.formats.json.CommandJson;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// Commands on their way to another broker, on the topics of the device and of its groups.
///
/// What waits is a device's name; which command goes is looked up when it may go. So while the broker is away
/// nothing piles up, and what goes out when it is back is the newest wish of each device. A command is
/// *sent* when the broker's PUBACK came for all its topics; nobody tells when a device took it, so it stays so
/// until the device answers or it expires.
///
/// Whenever the broker is connected again, what was sent and is not answered goes out again, behind what
/// is new: a broker may have lost what it had taken. It bears the same id and the same sequence, so a device
/// that had it changes nothing. The first time after a start that is so also for what expired meanwhile.
///
/// At most one entry for each device that has had a command, which [CommandDelivery] bounds. Safe for use by
/// many threads.
public final class BridgeCommands implements CommandSender, OutboundSource {

    private final CommandDelivery book;
    private final DeviceGroups groups;
    private final RiachoTopics topics;

    /// Devices with a command that never went out, or that ask for theirs.
    private final SequencedSet<String> fresh = new LinkedHashSet<>();

    /// Devices whose command goes out once more, unless a device's side took it over by another way.
    private final SequencedSet<String> again = new LinkedHashSet<>();

    /// What remains of the command that is going out: its topics differ, its bytes do not.
    private final ArrayDeque<ToTopic> rest = new ArrayDeque<>();

    private boolean wasConnected;
    private volatile Runnable wake = () -> {};

    public BridgeCommands(CommandDelivery book, DeviceGroups groups, RiachoTopics topics) {
        this.book = book;
        this.groups = groups;
        this.topics = topics;
    }

    /// Sets what is run whenever there is something to send, and runs it once.
    ///
    /// @param action makes the link ask for the next message; must not block
    public void wakeBy(Runnable action) {
        wake = action;
        action.run();
    }

    @Override
    public void send(Command command) {
        wants(command.device());
    }

    /// The device may lack its newest command, if it has one.
    public void wants(String device) {
        if (book.newest(device).filter(Command::isOpen).isEmpty()) {
            return;
        }
        synchronized (this) {
            fresh.add(device);
        }
        wake.run();
    }

    /// How many devices have a command to go out.
    synchronized int waiting() {
        return fresh.size() + again.size();
    }

    @Override
    public synchronized void connected() {
        rest.forEach(each -> fresh.add(each.of.command.device()));
        rest.clear();
        for (Command each : book.newestOfAll()) {
            boolean repeat =
                    switch (each.state()) {
                        case ISSUED, SENT -> true;
                        case EXPIRED -> !wasConnected;
                        case DELIVERED, ACKNOWLEDGED, SUPERSEDED -> false;
                    };
            if (repeat) {
                again.add(each.device());
            }
        }
        wasConnected = true;
    }

    @Override
    public synchronized @Nullable Publication next() {
        while (rest.isEmpty()) {
            boolean repeat = fresh.isEmpty();
            String device = poll(repeat ? again : fresh);
            if (device == null) {
                return null;
            }
            again.remove(device);
            book.newest(device).ifPresent(command -> begin(command, repeat));
        }
        return rest.poll();
    }

    private static @Nullable String poll(SequencedSet<String> devices) {
        Iterator<String> all = devices.iterator();
        if (!all.hasNext()) {
            return null;
        }
        String first = all.next();
        all.remove();
        return first;
    }

    private void begin(Command command, boolean repeat) {
        switch (command.state()) {
            // It is issued again, with a new expiry, and comes by #send.
            case EXPIRED -> book.renew(command);
            case DELIVERED -> {
                if (!repeat) {
                    publications(command);
                }
            }
            case ISSUED, SENT -> publications(command);
            case ACKNOWLEDGED, SUPERSEDED -> {}
        }
    }

    private void publications(Command command) {
        byte[] payload = CommandJson.bytes(command);
        List<String> to = new ArrayList<>();
        to.add(topics.command(command.device()));
        groups.of(command.device()).forEach(group -> to.add(topics.command(group)));
        Open open = new Open(command, to.size());
        to.forEach(topic -> rest.add(new ToTopic(open, topic, payload)));
    }

    /// A command some of whose topics wait for their PUBACK. Guarded by the link's thread.
    private static final class Open {
        private final Command command;
        private int topics;

        Open(Command command, int topics) {
            this.command = command;
            this.topics = topics;
        }
    }

    private final class ToTopic implements Publication {

        private final Open of;
        private final String topic;
        private final byte[] payload;

        ToTopic(Open of, String topic, byte[] payload) {
            this.of = of;
            this.topic = topic;
            this.payload = payload;
        }

        @Override
        public String topic() {
            return topic;
        }

        @Override
        public byte[] payload() {
            return payload;
        }

        @Override
        public void acknowledged() {
            of.topics--;
            if (of.topics == 0) {
                book.sent(of.command);
            }
        }

        /// It goes out again with the next connection, if it is still the newest: see [#connected()].
        @Override
        public void failed(String reason) {}
    }
}
