package io.riacho.doors.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.commands.Commands.Acknowledgement;
import io.riacho.api.devices.Device;
import io.riacho.api.readings.Failure;
import io.riacho.doors.topics.Reports;
import io.riacho.doors.topics.TopicListener.Handled;
import io.riacho.formats.RiachoTopics.Kind;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.devices.DeviceEvent.Connected;
import io.riacho.pipeline.state.devices.DeviceEvent.Reported;
import io.riacho.pipeline.state.devices.DevicePresence;
import io.riacho.testkit.CommandsThatAreIssuedWhenTold;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Reports of senders that the other broker does not name.
class BridgeReportsTest {

    private final List<DeviceEvent> events = new ArrayList<>();
    private final List<String> handled = new ArrayList<>();
    private final List<String> online = new ArrayList<>();
    private final CommandsThatAreIssuedWhenTold commands = new CommandsThatAreIssuedWhenTold();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final BridgeReports reports;
    private boolean durable = true;

    BridgeReportsTest() {
        DevicePresence presence =
                new DevicePresence(
                        (event, answer) -> {
                            if (durable) {
                                events.add(event);
                            }
                            answer.accept(durable);
                        },
                        () -> 0,
                        10);
        reports = new BridgeReports(new Reports(commands, presence, online::add, meters), presence);
    }

    private void receive(Kind kind, String payload) {
        reports.received(
                kind,
                payload.replace('\'', '"').getBytes(UTF_8),
                new Handled() {
                    @Override
                    public void durable() {
                        handled.add("durable");
                    }

                    @Override
                    public void failed(Failure failure) {
                        handled.add(failure.kind().name());
                    }
                });
    }

    private double refused() {
        return meters.counter("riacho.devices.reports.refused").count();
    }

    @Test
    void anAnswerNamesItsDeviceAndItsCommand() {
        receive(Kind.STATUS, "{'command_id': 'c', 'device_id': 'a'}");
        assertThat(commands.acknowledged()).containsExactly("a/c");
        receive(Kind.STATUS, "{'command_id': 'c'}");
        receive(Kind.STATUS, "{'command_id': 'c', 'gateway_id': 'g'}");
        assertThat(commands.acknowledged()).hasSize(1);
        assertThat(refused()).isEqualTo(2);
        assertThat(handled).hasSize(3).containsOnly("durable");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    STATUS      | {'gateway_id': 'g', 'battery': 3}                   | g
                    STATUS      | {'gateway_id': 'g', 'device_id': 'd', 'rpm': 3}     | d
                    STATUS      | {'device_id': 'd', 'battery': 3}                    | d
                    ERRORS      | {'gateway_id': 'g', 'message': 'no bus'}            | g
                    DIAGNOSTICS | {'device_id': 'd', 'rssi': -71}                     | d
                    """)
    void aReportIsOfTheGatewayOrDeviceThatItNames(Kind kind, String payload, String device) {
        receive(kind, payload);
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        Reported.class, each -> assertThat(each.device()).isEqualTo(device));
        assertThat(refused()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    STATUS      | {'battery': 3}
                    STATUS      | all well
                    ERRORS      | stuck
                    ERRORS      | {'gateway_id': 'a/b'}
                    DIAGNOSTICS | []
                    """)
    void whatNamesNobodyIsAcknowledgedAndCounted(Kind kind, String payload) {
        receive(kind, payload);
        assertThat(events).isEmpty();
        assertThat(handled).containsExactly("durable");
        assertThat(refused()).isEqualTo(1);
    }

    @Test
    void reportsOfRefusedPayloadsThatAreOursAreNoErrorsOfDevices() {
        receive(
                Kind.ERRORS,
                "{'origin': 'riacho', 'sender': 'g', 'gateway_id': 'g', 'reason': 'no value'}");
        assertThat(events).isEmpty();
        assertThat(handled).containsExactly("durable");
        assertThat(refused()).isZero();
    }

    @Test
    void aStatusTellsWhetherADeviceIsThereAndWhoIsGetsWhatItMissed() {
        receive(Kind.STATUS, "{'gateway_id': 'g', 'status': 'online'}");
        assertThat(events)
                .containsExactly(
                        new Connected("g", 0, "", "", Device.BY_WORD_MILLIS),
                        new Reported(
                                "g",
                                0,
                                Device.Report.Kind.STATUS,
                                "{\"gateway_id\": \"g\", \"status\": \"online\"}"));
        receive(Kind.STATUS, "{'gateway_id': 'g', 'status': 'offline'}");
        assertThat(online).containsExactly("g");
    }

    @Test
    void whatIsNotOnDiskIsNotAcknowledged() {
        durable = false;
        receive(Kind.STATUS, "{'gateway_id': 'g', 'battery': 3}");
        commands.answerWith(Acknowledgement.FAILED);
        receive(Kind.STATUS, "{'command_id': 'c', 'device_id': 'a'}");
        assertThat(handled).containsExactly("DISK_FULL", "DISK_FULL");
    }
}
