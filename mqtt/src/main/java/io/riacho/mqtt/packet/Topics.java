package io.riacho.mqtt.packet;

import org.jspecify.annotations.Nullable;

/// The rules of topic names and topic filters (MQTT 5.0, 4.7 and 4.8.2).
public final class Topics {

    private static final String SHARE_PREFIX = "$share/";

    private Topics() {}

    /// Whether text may be a topic name: not empty, without wildcards, U+0000 and too many levels.
    public static boolean isName(String topic, int levelsMax) {
        int levels = 1;
        for (int i = 0; i < topic.length(); i++) {
            char c = topic.charAt(i);
            if (c == '#' || c == '+' || c == 0) {
                return false;
            }
            if (c == '/') {
                levels++;
            }
        }
        return !topic.isEmpty() && levels <= levelsMax;
    }

    /// Whether text may be a topic filter, `$share/…` included.
    public static boolean isFilter(String filter, int levelsMax) {
        if (filter.startsWith(SHARE_PREFIX)) {
            String share = shareName(filter);
            return share != null && isPlainFilter(unshared(filter), levelsMax);
        }
        return isPlainFilter(filter, levelsMax);
    }

    private static boolean isPlainFilter(String filter, int levelsMax) {
        if (filter.isEmpty()) {
            return false;
        }
        int levels = 1;
        int length = filter.length();
        for (int i = 0; i < length; i++) {
            char c = filter.charAt(i);
            boolean first = i == 0 || filter.charAt(i - 1) == '/';
            boolean last = i == length - 1;
            switch (c) {
                case 0 -> {
                    return false;
                }
                case '#' -> {
                    if (!first || !last) {
                        return false;
                    }
                }
                case '+' -> {
                    if (!first || (!last && filter.charAt(i + 1) != '/')) {
                        return false;
                    }
                }
                case '/' -> levels++;
                default -> {}
            }
        }
        return levels <= levelsMax;
    }

    public static boolean isShared(String filter) {
        return filter.startsWith(SHARE_PREFIX);
    }

    /// The share name of a shared subscription's filter, or null when it has no valid one.
    public static @Nullable String shareName(String filter) {
        int end = filter.indexOf('/', SHARE_PREFIX.length());
        if (end <= SHARE_PREFIX.length()) {
            return null;
        }
        String name = filter.substring(SHARE_PREFIX.length(), end);
        return name.indexOf('+') < 0 && name.indexOf('#') < 0 ? name : null;
    }

    /// The filter without `$share/name/`.
    public static String unshared(String filter) {
        return isShared(filter)
                ? filter.substring(filter.indexOf('/', SHARE_PREFIX.length()) + 1)
                : filter;
    }

    /// Whether a plain filter matches a topic name: the definition by which faster structures are
    /// tested.
    public static boolean matches(String filter, String topic) {
        String[] filterLevels = filter.split("/", -1);
        String[] topicLevels = topic.split("/", -1);
        if (topic.startsWith("$") && (filterLevels[0].equals("#") || filterLevels[0].equals("+"))) {
            return false;
        }
        for (int i = 0; i < filterLevels.length; i++) {
            if (filterLevels[i].equals("#")) {
                return true;
            }
            if (i >= topicLevels.length) {
                return false;
            }
            if (!filterLevels[i].equals("+") && !filterLevels[i].equals(topicLevels[i])) {
                return false;
            }
        }
        return filterLevels.length == topicLevels.length;
    }
}
