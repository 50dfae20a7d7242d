package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.PublishProperties;
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
        private volatile @Nullable Message message;

        Node(@Nullable Node parent, String level) {
            this.parent = parent;
            this.level = level;
        }
    }

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

    /// Whether there is room for a message of this payload on this topic. Two at once may both be let
    /// in at the limit's edge: the limit is exact but for what is on its way at that moment.
    boolean admits(String topic, int payloadBytes) {
        if (payloadBytes == 0) {
            return true;
        }
        boolean another = count.get() < messagesMax || get(topic) != null;
        return another && bytes.get() + payloadBytes <= bytesMax;
    }

    @Nullable Message get(String topic) {
        Node node = root;
        for (String level : SubscriptionTrie.levels(topic)) {
            node = node.children.get(level);
            if (node == null) {
                return null;
            }
        }
        return node.message;
    }

    /// Retains a message in place of its topic's earlier one; one without a payload only removes that
    /// [MQTT-3.3.1-6, MQTT-3.3.1-7].
    synchronized void put(Message message) {
        Node node = root;
        boolean removes = message.payload().length == 0;
        for (String level : SubscriptionTrie.levels(message.topic())) {
            Node parent = node;
            Node child = node.children.get(level);
            if (child == null) {
                if (removes) {
                    return;
                }
                child = new Node(parent, level);
                parent.children.put(level, child);
            }
            node = child;
        }
        Message earlier = node.message;
        if (earlier != null) {
            count.decrementAndGet();
            bytes.addAndGet(-earlier.weightBytes());
        }
        if (!removes) {
            node.message = message;
            count.incrementAndGet();
            bytes.addAndGet(message.weightBytes());
            return;
        }
        node.message = null;
        while (node.parent != null && node.message == null && node.children.isEmpty()) {
            node.parent.children.remove(node.level);
            node = node.parent;
        }
    }

    /// Forgets what has expired.
    void removeExpired(long nowMillis) {
        List<Message> expired = new ArrayList<>();
        everything(
                root,
                message -> {
                    if (message.isExpired(nowMillis)) {
                        expired.add(message);
                    }
                });
        for (Message each : expired) {
            removeIfSame(each);
        }
    }

    private synchronized void removeIfSame(Message expected) {
        if (get(expected.topic()) == expected) {
            put(
                    new Message(
                            expected.topic(),
                            new byte[0],
                            expected.qos(),
                            true,
                            PublishProperties.NONE,
                            Message.NEVER));
        }
    }

    /// Every retained message whose topic a plain filter matches.
    void forEach(String filter, Consumer<Message> consumer) {
        walk(root, SubscriptionTrie.levels(filter), 0, consumer);
    }

    private static void walk(Node node, String[] levels, int depth, Consumer<Message> consumer) {
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

    private static void everything(Node node, Consumer<Message> consumer) {
        take(node, consumer);
        node.children.values().forEach(child -> everything(child, consumer));
    }

    private static void take(Node node, Consumer<Message> consumer) {
        Message message = node.message;
        if (message != null) {
            consumer.accept(message);
        }
    }
}
