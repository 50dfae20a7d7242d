package io.riacho.pipeline.state.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.api.devices.Connection;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Presence;
import io.riacho.api.devices.Traffic;
import io.riacho.simulation.Seed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random things happen to devices, in any order, and presence is what a simple model of one device says.
class DevicePresenceAgainstAModelTest {

    private static final int DEVICES = 6;
    private static final int STEPS = 300;
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
    private static final long SECOND = TimeUnit.SECONDS.toMicros(1);
    private static final long RETURN_WITHIN = 5 * SECOND;
    private static final long RETURN_AT_START = 60 * SECOND;

    /// After so long without a change nothing waits for anything.
    private static final int REST_SECONDS = 130;

    private record Journaled(DeviceEvent event, Consumer<Boolean> answer) {}

    /// One device, as if every event were folded at once.
    private static final class Model {
        final String id;
        @Nullable Presence presence;
        @Nullable Object key;
        long leavesAt = Long.MAX_VALUE;
        boolean byWord;

        /// Whether the word of a device that nobody knew could not be journaled: it counts, or not.
        boolean wordLost;

        Model(int number) {
            this.id = "d" + number;
        }

        boolean isOnline() {
            return presence == Presence.ONLINE;
        }

        void connected(Object newKey) {
            key = newKey;
            presence = Presence.ONLINE;
            byWord = false;
            wordLost = false;
            leavesAt = Long.MAX_VALUE;
        }

        void disconnected(Object endedKey, long now) {
            if (endedKey.equals(key)) {
                key = null;
                leavesAt = now + RETURN_WITHIN;
            }
        }

        void stated(boolean online, long now) {
            if (key != null) {
                return;
            }
            wordLost = false;
            if (online) {
                presence = Presence.ONLINE;
                byWord = true;
                leavesAt = Long.MAX_VALUE;
            } else if (presence != Presence.OFFLINE) {
                leavesAt = Math.min(leavesAt, now + RETURN_WITHIN);
            }
        }

        void reported() {
            presence = presence == null ? Presence.UNKNOWN : presence;
        }

        void tick(long now) {
            if (now >= leavesAt) {
                leavesAt = Long.MAX_VALUE;
                presence = presence == null ? null : Presence.OFFLINE;
            }
        }

        void restarted(long now) {
            boolean awaited =
                    !byWord && (presence == Presence.ONLINE || presence == Presence.UNCONFIRMED);
            key = null;
            presence = awaited ? Presence.UNCONFIRMED : presence;
            leavesAt = awaited ? now + RETURN_AT_START : Long.MAX_VALUE;
        }
    }

    private final List<Journaled> waiting = new ArrayList<>();
    private long nowMicros = TimeUnit.DAYS.toMicros(20_000);
    private int keys;
    private DevicePresence devices = fresh(DEVICES);
    private List<Model> models = models(DEVICES);

    static List<Seed> seeds() {
        return Seed.several(Integer.getInteger("riacho.sequences", 100));
    }

    static List<Seed> fewSeeds() {
        return Seed.several(5);
    }

    private DevicePresence fresh(int devicesMax) {
        return new DevicePresence(
                (event, answer) -> waiting.add(new Journaled(event, answer)),
                () -> nowMicros,
                devicesMax);
    }

    private static List<Model> models(int count) {
        return IntStream.range(0, count).mapToObj(Model::new).toList();
    }

    private static Connection connection(SplittableRandom random) {
        String address = random.nextInt(3) == 0 ? "10.0.0.2" : "10.0.0.1";
        long bytes = random.nextLong(1_000);
        return new Connection(
                address, "MQTT 5.0", KEEP_ALIVE, () -> new Traffic(0, bytes, 0, 0, 0, 0));
    }

    private @Nullable Presence presence(Model model) {
        return devices.device(model.id).map(devices::presence).orElse(null);
    }

    /// Something happens to a device.
    private void act(SplittableRandom random) {
        Model model = models.get(random.nextInt(models.size()));
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                Object key = keys++;
                devices.connected(model.id, key, connection(random));
                model.connected(key);
            }
            case 2, 3 -> {
                Object key = model.key == null || random.nextInt(4) == 0 ? "old" : model.key;
                devices.disconnected(model.id, key, random.nextBoolean(), "gone");
                model.disconnected(key, nowMicros);
            }
            case 4, 5 -> {
                boolean online = random.nextBoolean();
                // First: the word may be lost at once.
                model.stated(online, nowMicros);
                devices.stated(model.id, online);
            }
            case 6 -> devices.heard(model.id);
            default -> {
                devices.reported(model.id, Device.Report.Kind.ERROR, "dry", _ -> {});
                model.reported();
            }
        }
    }

    private void pass(long micros) {
        nowMicros += micros;
        devices.tick();
        models.forEach(each -> each.tick(nowMicros));
    }

    private void fold() {
        while (!waiting.isEmpty()) {
            deliver(waiting.removeFirst());
        }
    }

    private void deliver(Journaled each) {
        each.answer().accept(true);
        devices.fold(each.event());
    }

    /// The journal answers for one event, and not always in order, but in order for each device.
    private void answerOne(SplittableRandom random) {
        if (waiting.isEmpty()) {
            return;
        }
        int at = random.nextInt(waiting.size());
        DeviceEvent event = waiting.get(at).event();
        for (int before = 0; before < at; before++) {
            if (waiting.get(before).event().devices().equals(event.devices())) {
                at = before;
            }
        }
        Journaled each = waiting.remove(at);
        boolean fails = !(each.event() instanceof DeviceEvent.Reported) && random.nextInt(4) == 0;
        if (!fails) {
            deliver(each);
            return;
        }
        if (each.event() instanceof DeviceEvent.Connected it
                && it.graceMillis() == Device.BY_WORD_MILLIS) {
            models.stream()
                    .filter(model -> model.id.equals(it.device()))
                    .forEach(
                            model -> model.wordLost = model.key == null && presence(model) == null);
        }
        each.answer().accept(false);
    }

    private void rest() {
        for (int second = 0; second < REST_SECONDS; second++) {
            fold();
            pass(SECOND);
        }
        fold();
    }

    private long connected() {
        return models.stream().filter(each -> each.key != null).count();
    }

    private void restart() throws IOException {
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        devices.writeTo(new DataOutputStream(state));
        devices = fresh(DEVICES);
        devices.readFrom(new DataInputStream(new ByteArrayInputStream(state.toByteArray())));
        devices.goLive();
        models.forEach(each -> each.restarted(nowMicros));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void presenceIsThatOfTheModelAfterEveryStep(Seed seed) {
        seed.run(random -> {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(20)) {
                    case 0 -> restart();
                    case 1, 2, 3, 4, 5 -> pass(random.nextLong(3 * SECOND));
                    default -> act(random);
                }
                fold();
                for (Model each : models) {
                    assertThat(presence(each))
                            .as("%s at step %d", each.id, step)
                            .isEqualTo(each.presence);
                }
                assertThat(devices.counts().unconfirmed()).isEqualTo(count(Presence.UNCONFIRMED));
                assertThat(devices.counts().online()).isEqualTo(count(Presence.ONLINE));
            }
        });
    }

    private int count(Presence presence) {
        return (int) models.stream().filter(each -> each.presence == presence).count();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void presenceIsThatOfTheModelOnceASlowAndFailingJournalHasAnswered(Seed seed) {
        seed.run(random -> {
            for (int step = 0; step < STEPS; step++) {
                int journaled = waiting.size();
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> answerOne(random);
                    case 3, 4 -> pass(random.nextLong(3 * SECOND));
                    default -> act(random);
                }
                for (int i = journaled; i < waiting.size(); i++) {
                    nobodyThereLeaves(waiting.get(i).event());
                }
                oneEventOfADeviceIsOnItsWay();
            }
            rest();
            for (Model each : models) {
                boolean online = presence(each) == Presence.ONLINE;
                if (!(each.isOnline() && each.wordLost)) {
                    assertThat(online).as(each.id).isEqualTo(each.isOnline());
                }
                assertThat(devices.traffic(each.id).isPresent()).isEqualTo(each.key != null);
            }
            assertThat(devices.entries()).isEqualTo((int) connected());
        });
    }

    private void nobodyThereLeaves(DeviceEvent event) {
        if (event instanceof DeviceEvent.Left left) {
            assertThat(models)
                    .filteredOn(each -> each.id.equals(left.device()))
                    .as("%s", left)
                    .allMatch(each -> each.key == null);
        }
    }

    private void oneEventOfADeviceIsOnItsWay() {
        Set<String> onTheWay = new HashSet<>();
        for (Journaled each : waiting) {
            switch (each.event()) {
                case DeviceEvent.Connected it ->
                        assertThat(onTheWay.add(it.device())).as("%s", it).isTrue();
                case DeviceEvent.Left it ->
                        assertThat(onTheWay.add(it.device())).as("%s", it).isTrue();
                case DeviceEvent.Reported _, DeviceEvent.Seen _ -> {}
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void moreDevicesThanThereMayBeFillNoMemoryAndLeaveNobodyOnline(Seed seed) {
        seed.run(random -> {
            int devicesMax = 3;
            devices = fresh(devicesMax);
            models = models(4 * devicesMax);
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2 -> answerOne(random);
                    case 3 -> pass(random.nextLong(3 * SECOND));
                    default -> act(random);
                }
                assertThat(devices.entries()).isLessThanOrEqualTo((int) connected() + devicesMax);
            }
            for (Model each : models) {
                if (each.key != null) {
                    devices.disconnected(each.id, each.key, false, "gone");
                    each.key = null;
                }
            }
            rest();
            assertThat(devices.all())
                    .hasSizeLessThanOrEqualTo(devicesMax)
                    .allMatch(each -> !each.online() || each.isOnlineByWord());
            assertThat(devices.entries()).isZero();
            assertThat(devices.counts().unconfirmed()).isZero();
        });
    }

    /// Doors, a word that is spread about devices, ticks and a journal that fails at times, on threads.
    @ParameterizedTest
    @MethodSource("fewSeeds")
    void presenceIsRightOnceThreadsThatDisagreedAreDone(Seed seed) {
        seed.run(random -> {
            int doors = 3;
            models = models(4 * doors);
            AtomicLong clock = new AtomicLong(nowMicros);
            ConcurrentLinkedQueue<Journaled> journal = new ConcurrentLinkedQueue<>();
            devices =
                    new DevicePresence(
                            (event, answer) -> journal.add(new Journaled(event, answer)),
                            clock::get,
                            models.size());
            AtomicBoolean over = new AtomicBoolean();
            try (ExecutorService threads = Executors.newCachedThreadPool()) {
                List<Future<?>> actors = new ArrayList<>();
                for (int door = 0; door < doors; door++) {
                    List<Model> own = models.subList(4 * door, 4 * (door + 1));
                    SplittableRandom its = random.split();
                    actors.add(threads.submit(() -> comeAndGo(own, its, clock)));
                }
                SplittableRandom words = random.split();
                actors.add(threads.submit(() -> spreadWords(words)));
                SplittableRandom failures = random.split();
                Future<?> stream =
                        threads.submit(() -> {
                            while (!over.get()) {
                                answer(journal, failures.nextInt(8) == 0);
                            }
                        });
                Future<?> ticks =
                        threads.submit(() -> {
                            while (!over.get()) {
                                clock.addAndGet(SECOND);
                                devices.tick();
                            }
                        });
                try {
                    for (Future<?> each : actors) {
                        each.get(1, TimeUnit.MINUTES);
                    }
                } finally {
                    over.set(true);
                }
                stream.get(1, TimeUnit.MINUTES);
                ticks.get(1, TimeUnit.MINUTES);
            }
            // What was on its way arrives, so that the last word is not taken for that on the way.
            rest(journal, clock);
            for (Model each : models) {
                boolean online = random.nextBoolean();
                devices.stated(each.id, online);
                each.stated(online, clock.get());
                each.presence = each.key != null || online ? Presence.ONLINE : null;
            }
            rest(journal, clock);
            for (Model each : models) {
                assertThat(presence(each) == Presence.ONLINE)
                        .as(each.id)
                        .isEqualTo(each.isOnline());
                assertThat(devices.traffic(each.id).isPresent()).isEqualTo(each.key != null);
            }
            assertThat(devices.entries()).isEqualTo((int) connected());
            assertThat(devices.counts().online()).isEqualTo(count(Presence.ONLINE));
            assertThat(devices.counts().unconfirmed()).isZero();
        });
    }

    private void comeAndGo(List<Model> own, SplittableRandom random, AtomicLong clock) {
        for (int i = 0; i < 20_000; i++) {
            Model model = own.get(random.nextInt(own.size()));
            Object key = model.key;
            if (key == null || random.nextInt(4) == 0) {
                Object next = i;
                devices.connected(model.id, next, connection(random));
                model.connected(next);
            } else {
                devices.disconnected(model.id, key, false, "gone");
                model.disconnected(key, clock.get());
            }
        }
    }

    private void spreadWords(SplittableRandom random) {
        for (int i = 0; i < 20_000; i++) {
            Model model = models.get(random.nextInt(models.size()));
            devices.stated(model.id, random.nextBoolean());
            devices.heard(model.id);
        }
    }

    private void answer(ConcurrentLinkedQueue<Journaled> journal, boolean fails) {
        Journaled each = journal.poll();
        if (each == null) {
            Thread.onSpinWait();
        } else if (fails) {
            each.answer().accept(false);
        } else {
            deliver(each);
        }
    }

    private void rest(ConcurrentLinkedQueue<Journaled> journal, AtomicLong clock) {
        for (int second = 0; second < REST_SECONDS; second++) {
            while (!journal.isEmpty()) {
                answer(journal, false);
            }
            clock.addAndGet(SECOND);
            devices.tick();
        }
        while (!journal.isEmpty()) {
            answer(journal, false);
        }
    }
}
