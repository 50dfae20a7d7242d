package io.riacho.mqtt.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The members of a shared subscription (MQTT 5.0, 4.8.2). Members change under the trie's lock and are
/// read without one.
final class ShareGroup {

    private final String name;
    private final AtomicInteger next = new AtomicInteger();
    private volatile List<Subscription> members = List.of();

    ShareGroup(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    int size() {
        return members.size();
    }

    boolean hasDurableMember() {
        for (Subscription each : members) {
            if (each.session().isDurable()) {
                return true;
            }
        }
        return false;
    }

    void add(Subscription member) {
        List<Subscription> grown = new ArrayList<>(members);
        grown.add(member);
        members = List.copyOf(grown);
    }

    void remove(Subscription member) {
        members = members.stream().filter(each -> each != member).toList();
    }

    /// The subscription of a session in it, or null.
    @Nullable Subscription memberOf(Session session) {
        for (Subscription each : members) {
            if (each.session() == session) {
                return each;
            }
        }
        return null;
    }

    /// Who gets the next message: in turn, those who are connected and keep up first; then those who
    /// are connected; then those whose session waits for them. Null when there is none.
    @Nullable Subscription choose() {
        List<Subscription> now = members;
        int size = now.size();
        if (size == 0) {
            return null;
        }
        int first = Math.floorMod(next.getAndIncrement(), size);
        Subscription behind = null;
        Subscription away = null;
        for (int i = 0; i < size; i++) {
            Subscription each = now.get((first + i) % size);
            if (!each.session().isOnline()) {
                away = away == null && each.session().isDurable() ? each : away;
            } else if (each.session().keepsUp()) {
                return each;
            } else {
                behind = behind == null ? each : behind;
            }
        }
        return behind != null ? behind : away;
    }
}
