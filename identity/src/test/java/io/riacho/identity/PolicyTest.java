package io.riacho.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.formats.RiachoTopics;
import io.riacho.formats.RiachoTopics.Kind;
import io.riacho.identity.Policy.Action;
import io.riacho.mqtt.packet.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every role, topic and action. What is allowed is written out here by hand, and everything that is
/// not written is tried as well.
class PolicyTest {

    private static final String ROOT = "irrigation";
    private static final Path DOCUMENT = Path.of("../docs/devices.md");

    private static final RoleAuthorizer AUTHORIZER = new RoleAuthorizer(new RiachoTopics(ROOT));

    private static final List<Role> DEVICES = List.of(Role.GATEWAY, Role.COMPUTE, Role.OPERATOR);

    /// DESIGN's table, and what it leaves to us: will and retain.
    private static final Map<Role, Set<String>> ALLOWED =
            Map.of(
                    Role.GATEWAY,
                    Set.of(
                            "PUBLISH irrigation/sensors/s1/data",
                            "RETAIN irrigation/sensors/s1/data",
                            "PUBLISH irrigation/gateway/status",
                            "WILL irrigation/gateway/status",
                            "SUBSCRIBE irrigation/control/valve-1/command",
                            "SUBSCRIBE irrigation/control/+/command",
                            "SUBSCRIBE irrigation/system/updates",
                            "PUBLISH irrigation/errors",
                            "PUBLISH irrigation/diagnostics"),
                    Role.COMPUTE,
                    Set.of(
                            "SUBSCRIBE irrigation/sensors/s1/data",
                            "SUBSCRIBE irrigation/sensors/+/data",
                            "SUBSCRIBE irrigation/gateway/status",
                            "PUBLISH irrigation/control/valve-1/command",
                            "PUBLISH irrigation/system/updates",
                            "RETAIN irrigation/system/updates",
                            "SUBSCRIBE irrigation/errors",
                            "SUBSCRIBE irrigation/diagnostics"),
                    Role.OPERATOR,
                    Set.of(
                            "SUBSCRIBE irrigation/sensors/s1/data",
                            "SUBSCRIBE irrigation/sensors/+/data",
                            "SUBSCRIBE irrigation/gateway/status",
                            "SUBSCRIBE irrigation/control/valve-1/command",
                            "SUBSCRIBE irrigation/control/+/command",
                            "SUBSCRIBE irrigation/system/updates",
                            "SUBSCRIBE irrigation/errors",
                            "SUBSCRIBE irrigation/diagnostics"));

    /// Topics of every kind, near misses, and a broker's others.
    private static final List<String> NAMES =
            List.of(
                    "irrigation/sensors/s1/data",
                    "irrigation/gateway/status",
                    "irrigation/control/valve-1/command",
                    "irrigation/system/updates",
                    "irrigation/errors",
                    "irrigation/diagnostics",
                    "irrigation",
                    "irrigation/",
                    "irrigation/sensors",
                    "irrigation/sensors/s1",
                    "irrigation/sensors//data",
                    "irrigation/sensors/s1/data/more",
                    "irrigation/sensors/s1/x/data",
                    "irrigation/sensors/s1/status",
                    "irrigation/gateway/gateway-1/status",
                    "irrigation/gateway",
                    "irrigation/control//command",
                    "irrigation/control/valve-1",
                    "irrigation/control/valve-1/command/more",
                    "irrigation/system",
                    "irrigation/system/updates/more",
                    "irrigation/errors/more",
                    "irrigation/Errors",
                    "irrigationx/errors",
                    "other/sensors/s1/data",
                    "/irrigation/errors",
                    "sensors/s1/data",
                    "anything",
                    "$SYS/broker/uptime");

    private static final List<String> FILTERS =
            List.of(
                    "irrigation/sensors/+/data",
                    "irrigation/control/+/command",
                    "#",
                    "+",
                    "+/#",
                    "irrigation/#",
                    "irrigation/+",
                    "irrigation/+/+",
                    "irrigation/+/+/+",
                    "irrigation/+/status",
                    "irrigation/gateway/+",
                    "irrigation/gateway/#",
                    "irrigation/gateway/status/#",
                    "irrigation/errors/#",
                    "irrigation/sensors/#",
                    "irrigation/sensors/+/#",
                    "irrigation/sensors/s1/#",
                    "irrigation/sensors/s1/+",
                    "irrigation/sensors/+/+",
                    "irrigation/sensors/s1/data/#",
                    "irrigation/+/s1/data",
                    "irrigation/control/#",
                    "irrigation/control/+/+",
                    "irrigation/+/valve-1/command",
                    "irrigation/system/+",
                    "+/sensors/s1/data",
                    "+/+/+/+",
                    "$SYS/#");

    private static DeviceIdentity who(Role role, String... sensors) {
        return new DeviceIdentity("d", role, List.of(sensors), List.of(), "f");
    }

    private static List<String> topics(Action action) {
        return action == Action.SUBSCRIBE
                ? Stream.concat(NAMES.stream(), FILTERS.stream()).toList()
                : NAMES;
    }

    @Test
    void everyRoleMayWhatIsWrittenAndNothingElse() {
        int tried = 0;
        for (Role role : DEVICES) {
            List<String> found = new ArrayList<>();
            for (Action action : Action.values()) {
                for (String topic : topics(action)) {
                    tried++;
                    if (AUTHORIZER.may(who(role), action, topic)) {
                        found.add(action + " " + topic);
                    }
                }
            }
            assertThat(found)
                    .as("%s", role)
                    .containsExactlyInAnyOrderElementsOf(ALLOWED.getOrDefault(role, Set.of()));
        }
        assertThat(tried).isEqualTo(DEVICES.size() * (4 * NAMES.size() + FILTERS.size()));
    }

    @Test
    void localMayEverything() {
        for (Action action : Action.values()) {
            assertThat(topics(action))
                    .allMatch(topic -> AUTHORIZER.may(DeviceIdentity.LOCAL, action, topic));
        }
    }

    /// A filter is a promise about every topic that it matches.
    @Test
    void noFilterReachesATopicThatMayNotBeSubscribedByItself() {
        for (Role role : DEVICES) {
            for (String filter : topics(Action.SUBSCRIBE)) {
                if (AUTHORIZER.may(who(role), Action.SUBSCRIBE, filter)) {
                    assertThat(NAMES)
                            .filteredOn(topic -> Topics.matches(filter, topic))
                            // Nobody may publish there: an id is never empty.
                            .filteredOn(topic -> !topic.contains("//"))
                            .as("%s by %s", filter, role)
                            .isNotEmpty()
                            .allMatch(topic -> AUTHORIZER.may(who(role), Action.SUBSCRIBE, topic));
                }
            }
        }
    }

    @Test
    void gatewayPublishesForItsSensorsOnly() {
        DeviceIdentity gateway = who(Role.GATEWAY, "field-*", "tank");

        assertThat(Stream.of("field-1", "field-", "tank"))
                .allMatch(id -> publishes(gateway, "irrigation/sensors/" + id + "/data"));
        assertThat(Stream.of("tank-1", "other", "a-field-1", "Field-1", "+", "*"))
                .noneMatch(id -> publishes(gateway, "irrigation/sensors/" + id + "/data"));
        assertThat(publishes(gateway, "irrigation/gateway/status")).isTrue();
        assertThat(AUTHORIZER.may(gateway, Action.RETAIN, "irrigation/sensors/other/data"))
                .isFalse();
        assertThat(hears(gateway, "irrigation/control/+/command")).isTrue();
    }

    @Test
    void gatewayHearsItsDevicesOnly() {
        DeviceIdentity gateway =
                new DeviceIdentity("d", Role.GATEWAY, List.of(), List.of("valve-?", "north"), "f");

        assertThat(Stream.of("valve-1", "north"))
                .allMatch(id -> hears(gateway, "irrigation/control/" + id + "/command"));
        assertThat(Stream.of("valve-10", "south", "+"))
                .noneMatch(id -> hears(gateway, "irrigation/control/" + id + "/command"));
        assertThat(
                        hears(
                                new DeviceIdentity("d", Role.GATEWAY, List.of(), List.of("*"), "f"),
                                "irrigation/control/+/command"))
                .isTrue();
    }

    private static boolean publishes(DeviceIdentity who, String topic) {
        return AUTHORIZER.may(who, Action.PUBLISH, topic);
    }

    private static boolean hears(DeviceIdentity who, String filter) {
        return AUTHORIZER.may(who, Action.SUBSCRIBE, filter);
    }

    @Test
    void documentShowsTheTable() throws Exception {
        String table = table();
        assertThat(Files.readString(DOCUMENT))
                .as("docs/devices.md lacks:%n%s", table)
                .contains(table);
    }

    private static String table() {
        Map<String, Kind> rows = new LinkedHashMap<>();
        RiachoTopics topics = new RiachoTopics(ROOT);
        rows.put(topics.data("{sensor}"), Kind.DATA);
        rows.put(topics.status(), Kind.STATUS);
        rows.put(topics.command("{device}"), Kind.COMMAND);
        rows.put(topics.updates(), Kind.UPDATES);
        rows.put(topics.errors(), Kind.ERRORS);
        rows.put(topics.diagnostics(), Kind.DIAGNOSTICS);
        rows.put("any other", Kind.OTHER);
        StringBuilder text =
                new StringBuilder("| topic | publish | retain | will | subscribe |\n")
                        .append("|---|---|---|---|---|\n");
        rows.forEach((topic, kind) ->
                text.append("| ")
                        .append(topic.equals("any other") ? topic : "`" + topic + "`")
                        .append(
                                Stream.of(
                                                Action.PUBLISH,
                                                Action.RETAIN,
                                                Action.WILL,
                                                Action.SUBSCRIBE)
                                        .map(action -> cell(kind, action))
                                        .collect(Collectors.joining(" | ", " | ", " |\n"))));
        return text.toString();
    }

    private static String cell(Kind kind, Action action) {
        String roles =
                DEVICES.stream()
                        .filter(role -> Policy.of(kind).allows(role, action))
                        .map(Role::text)
                        .collect(Collectors.joining(", "));
        return roles.isEmpty() ? "–" : roles;
    }
}
