package io.riacho.mqtt.broker;

import io.riacho.mqtt.session.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The retained messages, by the levels of their topics. Changed under one lock; read without any.
final class RetainedMessages {

    private static final class Node {
        private final @Nullable Node parent;
        private final String level;
        private final Map<String, Node> children = new ConcurrentHashMap<>(2);
        private volatile @Nullable Entry entry;

        Node(@Nullable Node parent, String level) {
            this.parent = parent;
            this.level = level;
        }
    }

    /// A topic's retained message.
    static final class Entry {
        private final Message message;

        /// What stores it, and what to go back to when that fails; null when it is stored.
        private volatile @Nullable Commit commit;

        private volatile @Nullable Entry earlier;

        Entry(Message message, @Nullable Commit commit, @Nullable Entry earlier) {
            this.message = message;
            this.commit = commit;
            this.earlier = earlier;
        }

        Message message() {
            return message;
        }

        /// What a subscriber must wait for, or null.
        @Nullable Commit pending() {
            Commit known = commit;
            return known != null && known.isPending() ? known : null;
        }

        private void stored() {
            commit = null;
            earlier = null;
        }

        /// This one, or the last before it that was not in vain.
        private static @Nullable Entry valid(@Nullable Entry of) {
            Entry entry = of;
            while (entry != null) {
                Commit known = entry.commit;
                if (known == null || !known.isFailed()) {
                    return entry;
                }
                entry = entry.earlier;
            }
            return null;
        }
    }

    /// What a message took the place of.
    ///
    /// @param now null when the topic has none any more
    record Replaced(String topic, @Nullable Entry now, @Nullable Entry earlier) {}

    private final int messagesMax;
    private final long bytesMax;
    private final Node root = new Node(null, "");
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    RetainedMessages(int messagesMax, long bytesMax) {
        this.messagesMax = messagesMax;
        this.bytesMax = bytesMax;
    }

    long count() {
        return count.get();
    }

    /// Whether there is room for a message in place of its topic's earlier one.
    boolean admits(Message message) {
        return message.payload().length == 0 || admits(message.topic(), message.weightBytes());
    }

    /// Whether there is room for a message of this weight on this topic.
    synchronized boolean admits(String topic, long weightBytes) {
        Entry earlier = entry(topic);
        boolean another = count.get() < messagesMax || earlier != null;
        long freed = earlier == null ? 0 : earlier.message().weightBytes();
        return another && bytes.get() - freed + weightBytes <= bytesMax;
    }

    @Nullable Message get(String topic) {
        Entry entry = entry(topic);
        return entry == null ? null : entry.message();
    }

    private @Nullable Entry entry(String topic) {
        Node node = root;
        for (String level : SubscriptionTrie.levels(topic)) {
            node = node.children.get(level);
            if (node == null) {
                return null;
            }
        }
        return node.entry;
    }

    /// Retains a message that is stored.
    void put(Message message) {
        boolean removes = message.payload().length == 0;
        set(message.topic(), removes ? null : new Entry(message, null, null));
    }

    /// Retains a message in place of its topic's earlier one; one without a payload only removes that
    /// [MQTT-3.3.1-6, MQTT-3.3.1-7].
    ///
    /// @param commit what stores it: subscribers wait for it
    synchronized Replaced put(Message message, Commit commit) {
        Entry earlier = Entry.valid(entry(message.topic()));
        Entry now = message.payload().length == 0 ? null : new Entry(message, commit, earlier);
        set(message.topic(), now);
        return new Replaced(message.topic(), now, earlier);
    }

    /// The message could not be stored: its topic has the earlier one again, unless another came.
    @SuppressWarnings("ReferenceEquality") // the same entry, not an equal one
    synchronized void takeBack(Replaced replaced) {
        if (entry(replaced.topic()) != replaced.now()) {
            return;
        }
        set(replaced.topic(), Entry.valid(replaced.earlier()));
    }

    /// The message is stored: what it took the place of is forgotten.
    static void keep(Replaced replaced) {
        if (replaced.now() != null) {
            replaced.now().stored();
        }
    }

    void remove(String topic) {
        set(topic, null);
    }

    private synchronized void set(String topic, @Nullable Entry now) {
        Node node = root;
        for (String level : SubscriptionTrie.levels(topic)) {
            Node parent = node;
            Node child = node.children.get(level);
            if (child == null) {
                if (now == null) {
                    return;
                }
                child = new Node(parent, level);
                parent.children.put(level, child);
            }
            node = child;
        }
        Entry before = node.entry;
        if (before != null) {
            count.decrementAndGet();
            bytes.addAndGet(-before.message().weightBytes());
        }
        node.entry = now;
        if (now != null) {
            count.incrementAndGet();
            bytes.addAndGet(now.message().weightBytes());
            return;
        }
        while (node.parent != null && node.entry == null && node.children.isEmpty()) {
            node.parent.children.remove(node.level);
            node = node.parent;
        }
    }

    /// Those that have expired.
    List<Message> expired(long nowMillis) {
        List<Message> expired = new ArrayList<>();
        everything(
                root,
                entry -> {
                    if (entry.message().isExpired(nowMillis)) {
                        expired.add(entry.message());
                    }
                });
        return expired;
    }

    /// Every retained message whose topic a plain filter matches.
    void forEach(String filter, Consumer<Entry> consumer) {
        walk(root, SubscriptionTrie.levels(filter), 0, consumer);
    }

    private static void walk(Node node, String[] levels, int depth, Consumer<Entry> consumer) {
        if (depth == levels.length) {
            take(node, consumer);
            return;
        }
        String level = levels[depth];
        boolean rest = level.equals("#");
        if (rest) {
            take(node, consumer);
        }
        if (rest || level.equals("+")) {
            node.children.forEach((name, child) -> {
                // A leading $ is not matched by a wildcard [MQTT-4.7.2-1].
                if (depth == 0 && name.startsWith("$")) {
                    return;
                }
                if (rest) {
                    everything(child, consumer);
                } else {
                    walk(child, levels, depth + 1, consumer);
                }
            });
            return;
        }
        Node child = node.children.get(level);
        if (child != null) {
            walk(child, levels, depth + 1, consumer);
        }
    }

    private static void everything(Node node, Consumer<Entry> consumer) {
        take(node, consumer);
        node.children.values().forEach(child -> everything(child, consumer));
    }

    private static void take(Node node, Consumer<Entry> consumer) {
        Entry entry = node.entry;
        if (entry != null) {
            consumer.accept(entry);
        }
    }
}
