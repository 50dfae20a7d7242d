package io.riacho.pipeline.state.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.api.devices.Connection;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Presence;
import io.riacho.api.devices.Devices;
import io.riacho.api.devices.Traffic;
import io.riacho.pipeline.state.devices.DeviceEvent.Connected;
import io.riacho.pipeline.state.devices.DeviceEvent.Left;
import io.riacho.pipeline.state.devices.DeviceEvent.Seen;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Time is moved by hand, and what is journaled is folded when the test says so.
class DevicePresenceTest {

    private static final Duration KEEP_ALIVE = Duration.ofMinutes(2);

    private record Journaled(DeviceEvent event, Consumer<Boolean> answer) {}

    private final List<Journaled> waiting = new ArrayList<>();
    private final List<DeviceEvent> folded = new ArrayList<>();
    private long nowMicros = TimeUnit.DAYS.toMicros(20_000);
    private long bytes;
    private DevicePresence book = newBook(3);

    private DevicePresence newBook(int devicesMax) {
        return new DevicePresence(
                (event, answer) -> waiting.add(new Journaled(event, answer)),
                () -> nowMicros,
                devicesMax);
    }

    private void fold() {
        while (!waiting.isEmpty()) {
            Journaled each = waiting.removeFirst();
            folded.add(each.event());
            each.answer().accept(true);
            book.fold(each.event());
        }
    }

    private void pass(Duration time) {
        for (long second = 0; second < time.toSeconds(); second++) {
            nowMicros += TimeUnit.SECONDS.toMicros(1);
            book.tick();
            fold();
        }
    }

    private void connect(String device, String key, String address) {
        book.connected(
                device,
                key,
                new Connection(
                        address, "MQTT 5.0", KEEP_ALIVE, () -> new Traffic(0, bytes, 0, 0, 0, 0)));
        fold();
    }

    private void restart() throws IOException {
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        book.writeTo(new DataOutputStream(state));
        folded.clear();
        book = newBook(3);
        book.readFrom(new DataInputStream(new ByteArrayInputStream(state.toByteArray())));
        book.goLive();
    }

    private @Nullable Presence presence(String id) {
        return book.device(id).map(book::presence).orElse(null);
    }

    @Test
    void whoConnectsIsOnlineAndWhoGoesIsOfflineAfterAMoment() {
        connect("d", "first", "10.0.0.1");
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        assertThat(book.device("d").orElseThrow().address()).isEqualTo("10.0.0.1");
        long left = nowMicros;
        book.disconnected("d", "first", false, "it said goodbye");
        pass(Duration.ofSeconds(4));
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        pass(Duration.ofSeconds(1));
        Device device = book.device("d").orElseThrow();
        assertThat(book.presence(device)).isEqualTo(Presence.OFFLINE);
        assertThat(device.reason()).isEqualTo("it said goodbye");
        assertThat(device.lastSeenMicros()).isEqualTo(left);
    }

    @Test
    void whoConnectsWhileTheJournalTakesNothingIsOnlineSoonAfter() {
        book.connected(
                "d",
                "first",
                new Connection(
                        "10.0.0.1",
                        "MQTT 5.0",
                        KEEP_ALIVE,
                        () -> new Traffic(0, bytes, 0, 0, 0, 0)));
        waiting.removeFirst().answer().accept(false);
        assertThat(presence("d")).isNull();
        pass(Duration.ofSeconds(1));
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        pass(Duration.ofSeconds(10));
        assertThat(folded).filteredOn(each -> !(each instanceof Seen)).hasSize(1);
    }

    @Test
    void whoIsBackAtOnceWasNeverAway() {
        connect("d", "1", "10.0.0.1");
        for (int i = 1; i <= 100; i++) {
            book.disconnected("d", String.valueOf(i), false, "flapping");
            pass(Duration.ofSeconds(2));
            connect("d", String.valueOf(i + 1), "10.0.0.1");
        }
        pass(Duration.ofSeconds(20));
        assertThat(folded).filteredOn(each -> !(each instanceof Seen)).hasSize(1);
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
    }

    @Test
    void theEndOfAnOlderConnectionDoesNotEndTheNewerOne() {
        connect("d", "old", "10.0.0.1");
        connect("d", "new", "10.0.0.2");
        book.disconnected("d", "old", false, "taken over");
        pass(Duration.ofMinutes(1));
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        assertThat(book.device("d").orElseThrow().address()).isEqualTo("10.0.0.2");
    }

    @Test
    void afterARestartNobodyIsOfflineBeforeThereWasTimeToReturn() throws Exception {
        connect("a", "1", "10.0.0.1");
        connect("b", "2", "10.0.0.2");
        restart();
        assertThat(presence("a")).isEqualTo(Presence.UNCONFIRMED);
        pass(Duration.ofMinutes(1));
        connect("a", "3", "10.0.0.1");
        assertThat(presence("a")).isEqualTo(Presence.ONLINE);
        // Keep-alive × 1.5.
        pass(Duration.ofSeconds(119));
        assertThat(presence("b")).isEqualTo(Presence.UNCONFIRMED);
        assertThat(folded).filteredOn(each -> !(each instanceof Seen)).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(presence("b")).isEqualTo(Presence.OFFLINE);
        assertThat(book.device("b").orElseThrow().reason()).contains("did not return");
        assertThat(presence("a")).isEqualTo(Presence.ONLINE);
    }

    @Test
    void whoComesBackWhileItsGoingIsOnTheWayToTheDiskIsOnline() {
        connect("d", "1", "10.0.0.1");
        book.disconnected("d", "1", false, "gone");
        nowMicros += TimeUnit.SECONDS.toMicros(6);
        book.tick();
        assertThat(waiting).hasSize(1);
        book.connected(
                "d",
                "2",
                new Connection(
                        "10.0.0.1",
                        "MQTT 5.0",
                        KEEP_ALIVE,
                        () -> new Traffic(0, bytes, 0, 0, 0, 0)));
        fold();
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        assertThat(folded.getLast()).isInstanceOf(Connected.class);
    }

    @Test
    void whatCouldNotBeJournaledIsTriedAgain() {
        connect("d", "1", "10.0.0.1");
        book.disconnected("d", "1", false, "gone");
        nowMicros += TimeUnit.SECONDS.toMicros(6);
        book.tick();
        waiting.removeFirst().answer().accept(false);
        pass(Duration.ofSeconds(10));
        assertThat(presence("d")).isEqualTo(Presence.OFFLINE);
    }

    @Test
    void whenItWasLastSeenIsJournaledOnceAMinuteAndOnlyIfSomethingCame() {
        connect("d", "1", "10.0.0.1");
        folded.clear();
        bytes = 10;
        pass(Duration.ofMinutes(1));
        bytes = 20;
        pass(Duration.ofMinutes(1));
        long seen = book.device("d").orElseThrow().lastSeenMicros();
        assertThat(seen).isBetween(nowMicros - TimeUnit.MINUTES.toMicros(1), nowMicros);
        pass(Duration.ofMinutes(10));
        assertThat(book.device("d").orElseThrow().lastSeenMicros()).isEqualTo(seen);
        assertThat(folded).hasSizeBetween(1, 3).allMatch(each -> each instanceof Seen);
    }

    @Test
    void aSilentConnectionWasLastSeenBeforeItsSilence() {
        connect("d", "1", "10.0.0.1");
        pass(Duration.ofMinutes(10));
        book.disconnected("d", "1", true, "keep-alive");
        long silent = nowMicros - TimeUnit.MINUTES.toMicros(3);
        pass(Duration.ofSeconds(5));
        assertThat(book.device("d").orElseThrow().lastSeenMicros()).isEqualTo(silent);
    }

    @Test
    void beyondTheLimitTheOneThatIsOfflineForLongestGoes() throws Exception {
        for (String each : List.of("a", "b", "c")) {
            connect(each, each, "10.0.0.1");
        }
        connect("d", "d", "10.0.0.1");
        assertThat(presence("d")).as("all are online: no place").isNull();
        book.disconnected("d", "d", false, "gone");
        for (String each : List.of("b", "a")) {
            book.disconnected(each, each, false, "gone");
            pass(Duration.ofSeconds(6));
        }
        restart();
        connect("e", "e", "10.0.0.1");
        assertThat(presence("b")).isNull();
        assertThat(presence("a")).isEqualTo(Presence.OFFLINE);
        assertThat(book.all()).hasSize(3);
    }

    @Test
    void reportsAreKeptOverARestartAndCounted() throws Exception {
        List<Boolean> answers = new ArrayList<>();
        book.reported("d", Device.Report.Kind.ERROR, "first", answers::add);
        book.reported("d", Device.Report.Kind.ERROR, "x".repeat(5_000), answers::add);
        book.reported("d", Device.Report.Kind.STATUS, "{}", answers::add);
        fold();
        assertThat(answers).containsExactly(true, true, true);
        restart();
        Device device = book.device("d").orElseThrow();
        assertThat(device.online()).isFalse();
        Device.Report error = java.util.Objects.requireNonNull(device.error());
        assertThat(error.count()).isEqualTo(2);
        assertThat(error.text()).hasSize(Device.REPORT_CHARS_MAX);
        assertThat(device.diagnostics()).isNull();
    }

    @Test
    void aFloodOfReportsIsAcknowledgedAndMostlyOnlyCounted() {
        List<Boolean> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            book.reported("d", Device.Report.Kind.DIAGNOSTICS, "again", answers::add);
        }
        assertThat(waiting).hasSize(DevicePresence.REPORTS_BURST);
        fold();
        assertThat(answers).hasSize(1_000).allMatch(each -> each);
        assertThat(book.reportsNotKept()).isEqualTo(1_000 - DevicePresence.REPORTS_BURST);
        nowMicros += TimeUnit.SECONDS.toMicros(3);
        for (int i = 0; i < 10; i++) {
            book.reported("d", Device.Report.Kind.DIAGNOSTICS, "again", answers::add);
        }
        assertThat(waiting).hasSize(3);
    }

    @Test
    void namesWithoutEndDoNotFillTheMemory() {
        List<Boolean> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            book.reported("made-up-" + i, Device.Report.Kind.STATUS, "here", answers::add);
        }
        assertThat(waiting).hasSize(3);
        fold();
        assertThat(answers).hasSize(100).allMatch(each -> each);
        assertThat(book.reportsNotKept()).isEqualTo(97);
        pass(Duration.ofMinutes(2));
        book.reported("made-up-99", Device.Report.Kind.STATUS, "here", answers::add);
        assertThat(waiting).hasSize(1);
    }

    @Test
    void aReplayOfTheEventsGivesTheSameDevices() throws Exception {
        connect("a", "1", "10.0.0.1");
        connect("b", "2", "10.0.0.2");
        book.disconnected("a", "1", false, "gone");
        book.reported("b", Device.Report.Kind.ERROR, "dry", _ -> {});
        pass(Duration.ofMinutes(3));
        List<Device> first = book.all();
        assertThat(folded).anyMatch(each -> each instanceof Left);
        List<DeviceEvent> events = List.copyOf(folded);
        book = newBook(3);
        events.forEach(book::fold);
        assertThat(book.all()).isEqualTo(first);
    }

    @Test
    void whatIsSaidOfADeviceWithoutAConnectionCountsAlsoAfterARestart() throws Exception {
        book.reported("d", Device.Report.Kind.STATUS, "hello", _ -> {});
        fold();
        assertThat(presence("d")).isEqualTo(Presence.UNKNOWN);
        assertThat(book.counts()).isEqualTo(new Devices.Counts(0, 0, 0, 1));
        book.stated("d", true);
        fold();
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        restart();
        pass(Duration.ofMinutes(10));
        assertThat(book.counts()).isEqualTo(new Devices.Counts(1, 0, 0, 0));
        assertThat(presence("d"))
                .as("who is connected elsewhere does not say so again")
                .isEqualTo(Presence.ONLINE);
        assertThat(folded).isEmpty();
        book.stated("d", false);
        pass(Duration.ofSeconds(5));
        assertThat(presence("d")).isEqualTo(Presence.OFFLINE);
        assertThat(book.device("d").orElseThrow().reason()).isEqualTo("it said so");
        restart();
        assertThat(presence("d")).isEqualTo(Presence.OFFLINE);
    }

    @Test
    void aDeviceOfWhichTheFirstWordIsOfflineIsOffline() {
        book.stated("d", false);
        book.reported("d", Device.Report.Kind.STATUS, "offline", _ -> {});
        pass(Duration.ofSeconds(5));
        assertThat(presence("d")).isEqualTo(Presence.OFFLINE);
    }

    @Test
    void aBrokerThatRestartsDoesNotMakeItsDevicesOffline() {
        for (String each : List.of("a", "b", "c")) {
            book.stated(each, true);
        }
        fold();
        // Their wills, and they themselves a moment later.
        for (String each : List.of("a", "b", "c")) {
            book.stated(each, false);
        }
        pass(Duration.ofSeconds(3));
        for (String each : List.of("a", "b", "c")) {
            book.stated(each, true);
        }
        pass(Duration.ofSeconds(30));
        assertThat(folded).filteredOn(each -> !(each instanceof Seen)).hasSize(3);
        assertThat(presence("b")).isEqualTo(Presence.ONLINE);
    }

    @Test
    void whoIsConnectedToADoorIsNotWhatIsSaidOfIt() throws Exception {
        connect("d", "1", "10.0.0.1");
        book.stated("d", false);
        pass(Duration.ofSeconds(10));
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        // It moves to another broker: the word counts from then on.
        book.disconnected("d", "1", false, "it said goodbye");
        book.stated("d", true);
        pass(Duration.ofSeconds(10));
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        restart();
        pass(Duration.ofMinutes(10));
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
        // And back.
        connect("d", "2", "10.0.0.1");
        restart();
        pass(Duration.ofMinutes(10));
        assertThat(presence("d")).isEqualTo(Presence.OFFLINE);
    }

    @Test
    void whoSaysItIsBackWhileItsGoingIsOnTheWayToTheDiskIsOnline() {
        book.stated("d", true);
        fold();
        book.stated("d", false);
        nowMicros += TimeUnit.SECONDS.toMicros(5);
        book.tick();
        assertThat(waiting).extracting(Journaled::event).anyMatch(each -> each instanceof Left);
        book.stated("d", true);
        fold();
        assertThat(presence("d")).isEqualTo(Presence.ONLINE);
    }

    @Test
    void whatComesFromADeviceWithoutAConnectionTellsWhenItWasSeen() {
        book.stated("d", true);
        fold();
        pass(Duration.ofMinutes(5));
        book.heard("d");
        book.heard("nobody");
        long heard = nowMicros;
        pass(Duration.ofMinutes(2));
        assertThat(book.device("d").orElseThrow().lastSeenMicros())
                .isBetween(heard, heard + TimeUnit.MINUTES.toMicros(1));
        assertThat(book.device("nobody")).isEmpty();
    }

    @Test
    void namesThatAreMadeUpAndSayTheyAreOnlineAreNotAllJournaled() {
        for (int i = 0; i < 100; i++) {
            book.stated("made-up-" + i, true);
        }
        assertThat(waiting).hasSize(3);
    }
}
