package io.riacho.doors.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.commands.Commands.Acknowledgement;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.api.devices.Device;
import io.riacho.api.readings.Failure;
import io.riacho.doors.topics.Reports;
import io.riacho.doors.topics.TopicListener.Handled;
import io.riacho.formats.RiachoTopics;
import io.riacho.identity.DeviceIdentity;
import io.riacho.identity.Role;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientStatistics;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.devices.DevicePresence;
import io.riacho.testkit.CommandsThatAreIssuedWhenTold;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A gateway that may hear device `a` and group `north` (with `p1`), and clients without an identity.
class GatewayReportsTest {

    private static final RiachoTopics TOPICS = new RiachoTopics("irrigation");

    private final List<DeviceEvent> events = new ArrayList<>();
    private final List<String> handled = new ArrayList<>();
    private final CommandsThatAreIssuedWhenTold commands = new CommandsThatAreIssuedWhenTold();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final GatewayReports reports;

    GatewayReportsTest() {
        DevicePresence book =
                new DevicePresence(
                        (event, answer) -> {
                            events.add(event);
                            answer.accept(true);
                        },
                        () -> 0,
                        10);
        ClientRoles roles = new IdentityRoles(new DeviceGroups(Map.of("north", List.of("p1"))));
        reports =
                new GatewayReports(
                        new Reports(commands, book, _ -> {}, meters),
                        new DeviceWatch(book, roles, TOPICS),
                        roles);
    }

    /// A client that is connected and does nothing by itself.
    private record ConnectedClient(String id, Object identity) implements Client {
        @Override
        public Version version() {
            return Version.MQTT_5;
        }

        @Override
        public SocketAddress remoteAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        public String listener() {
            return "mqtts";
        }

        @Override
        public int keepAliveSeconds() {
            return 60;
        }

        @Override
        public ClientStatistics statistics() {
            return new ClientStatistics(0, 0, 0, 0, 0, 0);
        }
    }

    private final class Answer implements Handled {
        @Override
        public void durable() {
            handled.add("durable");
        }

        @Override
        public void failed(Failure failure) {
            handled.add(failure.reason());
        }
    }

    private static Client gateway() {
        return new ConnectedClient(
                "gateway-1",
                new DeviceIdentity(
                        "gateway-1", Role.GATEWAY, List.of(), List.of("a", "north"), "f"));
    }

    private static Client local() {
        return new ConnectedClient("anybody", DeviceIdentity.LOCAL);
    }

    private void status(Client client, String payload) {
        reports.received(
                client,
                RiachoTopics.Kind.STATUS,
                TOPICS.status(),
                payload.replace('\'', '"').getBytes(UTF_8),
                new Answer());
    }

    private double refused() {
        return meters.counter("riacho.devices.reports.refused").count();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'command_id': 'c', 'device_id': 'a'}                              | a/c
                    {'command_id': 'c', 'device_id': 'p1', 'gateway_id': 'gateway-1'}  | p1/c
                    {'command_id': 'c', 'device_id': 'north'}                          | north/c
                    """)
    void aGatewayAnswersForItsDevicesAndThoseOfItsGroups(String payload, String acknowledged) {
        status(gateway(), payload);
        assertThat(commands.acknowledged()).containsExactly(acknowledged);
        assertThat(handled).containsExactly("durable");
        assertThat(refused()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {'command_id': 'c', 'device_id': 'b'}
                    {'command_id': 'c'}
                    {'command_id': 'c', 'device_id': 'a', 'gateway_id': 'gateway-2'}
                    {'gateway_id': 'gateway-2', 'battery': 3}
                    """)
    void aGatewayDoesNotSpeakForOthers(String payload) {
        status(gateway(), payload);
        assertThat(commands.acknowledged()).isEmpty();
        assertThat(events).noneMatch(each -> each instanceof DeviceEvent.Reported);
        assertThat(handled).as("sent again it would be no better").containsExactly("durable");
        assertThat(refused()).isEqualTo(1);
    }

    @Test
    void aClientWithoutAnIdentityMaySpeakForAnybody() {
        status(local(), "{'command_id': 'c', 'device_id': 'b', 'gateway_id': 'gateway-9'}");
        status(local(), "{'gateway_id': 'gateway-9', 'battery': 3}");
        assertThat(commands.acknowledged()).containsExactly("b/c");
        assertThat(events.getLast())
                .isEqualTo(
                        new DeviceEvent.Reported(
                                "gateway-9",
                                0,
                                Device.Report.Kind.STATUS,
                                "{\"gateway_id\": \"gateway-9\", \"battery\": 3}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "+", "\\u0000"})
    void aNameThatNoDeviceCanHaveIsRefused(String name) {
        status(local(), "{'gateway_id': '" + name + "', 'battery': 3}");
        status(local(), "{'gateway_id': '" + "\uD83C\uDF35".repeat(10_000) + "', 'battery': 3}");
        status(local(), "{'command_id': 'c', 'device_id': '" + name + "', 'error': 'stuck'}");
        status(new ConnectedClient("a/b", DeviceIdentity.LOCAL), "battery low");
        assertThat(events).noneMatch(each -> each instanceof DeviceEvent.Reported);
        assertThat(handled).hasSize(4).containsOnly("durable");
        assertThat(refused()).isEqualTo(4);
    }

    @Test
    void aClientWhoseIdNoDeviceCanHaveIsNone() {
        status(new ConnectedClient("a/b", DeviceIdentity.LOCAL), "battery low");
        assertThat(events).isEmpty();
    }

    @Test
    void anAnswerThatIsNotOnDiskIsNotAcknowledged() {
        commands.answerWith(Acknowledgement.FAILED);
        status(gateway(), "{'command_id': 'c', 'device_id': 'a'}");
        assertThat(handled).singleElement().asString().contains("could not be made durable");
        commands.answerWith(Acknowledgement.UNKNOWN);
        status(gateway(), "{'command_id': 'c', 'device_id': 'a'}");
        assertThat(handled.getLast()).isEqualTo("durable");
        assertThat(refused()).isEqualTo(1);
    }

    @Test
    void aCommandThatWasNotCarriedOutStaysOpenAndIsAnError() {
        status(gateway(), "{'command_id': 'c', 'device_id': 'a', 'error': 'valve stuck'}");
        assertThat(commands.acknowledged()).isEmpty();
        assertThat(events.getLast())
                .isEqualTo(
                        new DeviceEvent.Reported(
                                "a", 0, Device.Report.Kind.ERROR, "command c: valve stuck"));
    }

    @Test
    void aGatewayTellsOfTheDevicesBehindItAndOfNoOthers() {
        status(gateway(), "{'gateway_id': 'gateway-1', 'device_id': 'a', 'status': 'online'}");
        assertThat(events)
                .filteredOn(each -> !(each instanceof DeviceEvent.Seen))
                .extracting(each -> each.getClass().getSimpleName())
                .containsExactly("Connected", "Connected", "Reported");
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        DeviceEvent.Reported.class,
                        each -> assertThat(each.device()).isEqualTo("a"));
        int before = events.size();
        status(gateway(), "{'gateway_id': 'gateway-1', 'device_id': 'b', 'status': 'online'}");
        assertThat(events).hasSize(before);
        assertThat(refused()).isEqualTo(1);
    }

    @Test
    void whatAConnectedClientSaysOfItselfIsKnownBetter() {
        status(gateway(), "{'gateway_id': 'gateway-1', 'status': 'offline'}");
        assertThat(events)
                .extracting(each -> each.getClass().getSimpleName())
                .containsExactly("Connected", "Reported");
    }
}
