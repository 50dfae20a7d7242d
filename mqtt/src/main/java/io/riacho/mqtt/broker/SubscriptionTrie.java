package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// All subscriptions, by the levels of their filters. Changed under one lock; matched without any.
///
/// A node's children are in a concurrent map, its subscriptions in an immutable array that is replaced
/// whole: a reader sees each node as it was at some moment during its walk, which is all that a publish
/// beside a subscribe may expect. [#version] rises after each change, so that whoever remembers a
/// [Route] knows when to ask again.
final class SubscriptionTrie {

    private static final Subscription[] NO_SUBSCRIPTIONS = new Subscription[0];
    private static final ShareGroup[] NO_GROUPS = new ShareGroup[0];
    private static final String ONE = "+";
    private static final String REST = "#";

    private static final class Node {
        private final @Nullable Node parent;
        private final String level;
        private final Map<String, Node> children = new ConcurrentHashMap<>(2);
        private volatile Subscription[] subscriptions = NO_SUBSCRIPTIONS;
        private volatile ShareGroup[] groups = NO_GROUPS;

        Node(@Nullable Node parent, String level) {
            this.parent = parent;
            this.level = level;
        }

        boolean isEmpty() {
            return children.isEmpty() && subscriptions.length == 0 && groups.length == 0;
        }
    }

    private final Node root = new Node(null, "");
    private final AtomicLong version = new AtomicLong();
    private final AtomicLong size = new AtomicLong();

    /// Rises after each change.
    long version() {
        return version.get();
    }

    long size() {
        return size.get();
    }

    synchronized void add(Subscription subscription) {
        Node node = root;
        for (String level : levels(subscription.plainFilter())) {
            Node parent = node;
            node = node.children.computeIfAbsent(level, key -> new Node(parent, key));
        }
        String share = subscription.shareName();
        if (share == null) {
            Subscription[] grown = Arrays.copyOf(node.subscriptions, node.subscriptions.length + 1);
            grown[grown.length - 1] = subscription;
            node.subscriptions = grown;
        } else {
            group(node, share).add(subscription);
        }
        size.incrementAndGet();
        version.incrementAndGet();
    }

    private static ShareGroup group(Node node, String name) {
        for (ShareGroup each : node.groups) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        ShareGroup created = new ShareGroup(name);
        ShareGroup[] grown = Arrays.copyOf(node.groups, node.groups.length + 1);
        grown[grown.length - 1] = created;
        node.groups = grown;
        return created;
    }

    synchronized void remove(Subscription subscription) {
        Node node = root;
        for (String level : levels(subscription.plainFilter())) {
            Node child = node.children.get(level);
            if (child == null) {
                return;
            }
            node = child;
        }
        String share = subscription.shareName();
        if (share == null) {
            node.subscriptions =
                    Arrays.stream(node.subscriptions)
                            .filter(each -> each != subscription)
                            .toArray(Subscription[]::new);
        } else {
            ShareGroup group = group(node, share);
            group.remove(subscription);
            node.groups =
                    Arrays.stream(node.groups)
                            .filter(each -> !each.isEmpty())
                            .toArray(ShareGroup[]::new);
        }
        while (node.parent != null && node.isEmpty()) {
            node.parent.children.remove(node.level);
            node = node.parent;
        }
        size.decrementAndGet();
        version.incrementAndGet();
    }

    /// The group that a subscription belongs to, or null when it is gone.
    @Nullable ShareGroup group(Subscription subscription) {
        Node node = root;
        for (String level : levels(subscription.plainFilter())) {
            node = node.children.get(level);
            if (node == null) {
                return null;
            }
        }
        for (ShareGroup each : node.groups) {
            if (each.name().equals(subscription.shareName())) {
                return each;
            }
        }
        return null;
    }

    /// Who gets a message on this topic.
    ///
    /// @param publisher the session that publishes, which its own No Local subscriptions leave out;
    ///     null when no session does
    Route match(String topic, @Nullable Session publisher) {
        List<Subscription> found = new ArrayList<>();
        List<ShareGroup> groups = new ArrayList<>(0);
        // A leading $ is not matched by a wildcard [MQTT-4.7.2-1].
        collect(root, levels(topic), 0, topic.charAt(0) == '$', found, groups);
        if (found.isEmpty() && groups.isEmpty()) {
            return Route.EMPTY;
        }
        return new Route(merged(found, publisher), groups.toArray(ShareGroup[]::new));
    }

    private static void collect(
            Node node,
            String[] levels,
            int depth,
            boolean dollar,
            List<Subscription> found,
            List<ShareGroup> groups) {
        if (!dollar || depth > 0) {
            // "a/#" also matches "a" (4.7.1.2), so it is looked for at the end, too.
            Node rest = node.children.get(REST);
            if (rest != null) {
                take(rest, found, groups);
            }
        }
        if (depth == levels.length) {
            take(node, found, groups);
            return;
        }
        Node exact = node.children.get(levels[depth]);
        if (exact != null) {
            collect(exact, levels, depth + 1, dollar, found, groups);
        }
        if (!dollar || depth > 0) {
            Node one = node.children.get(ONE);
            if (one != null) {
                collect(one, levels, depth + 1, dollar, found, groups);
            }
        }
    }

    private static void take(Node node, List<Subscription> found, List<ShareGroup> groups) {
        found.addAll(Arrays.asList(node.subscriptions));
        groups.addAll(Arrays.asList(node.groups));
    }

    private static Route.Target[] merged(List<Subscription> found, @Nullable Session publisher) {
        Map<Session, Route.Target> targets = new LinkedHashMap<>();
        for (Subscription each : found) {
            if (each.options().noLocal() && each.session() == publisher) {
                continue;
            }
            int[] ids = each.id() == 0 ? new int[0] : new int[] {each.id()};
            Route.Target target =
                    new Route.Target(
                            each.session(),
                            each.epoch(),
                            each.options().qos(),
                            each.options().retainAsPublished(),
                            ids);
            targets.merge(each.session(), target, SubscriptionTrie::merge);
        }
        return targets.values().toArray(Route.Target[]::new);
    }

    private static Route.Target merge(Route.Target a, Route.Target b) {
        int[] ids =
                Arrays.copyOf(
                        a.subscriptionIds(),
                        a.subscriptionIds().length + b.subscriptionIds().length);
        System.arraycopy(
                b.subscriptionIds(),
                0,
                ids,
                a.subscriptionIds().length,
                b.subscriptionIds().length);
        return new Route.Target(
                a.session(),
                Math.max(a.epoch(), b.epoch()),
                Qos.max(a.qos(), b.qos()),
                a.retainAsPublished() || b.retainAsPublished(),
                ids);
    }

    /// The levels of a topic or filter; empty ones count.
    static String[] levels(String topic) {
        int count = 1;
        for (int i = 0; i < topic.length(); i++) {
            if (topic.charAt(i) == '/') {
                count++;
            }
        }
        String[] levels = new String[count];
        int from = 0;
        for (int i = 0; i < count - 1; i++) {
            int to = topic.indexOf('/', from);
            levels[i] = topic.substring(from, to);
            from = to + 1;
        }
        levels[count - 1] = topic.substring(from);
        return levels;
    }
}
