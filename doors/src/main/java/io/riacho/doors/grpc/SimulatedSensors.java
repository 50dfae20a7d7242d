package io.riacho.doors.grpc;

import io.riacho.protocol.sensor.Temperature;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes up one temperature a second for each sensor that somebody watches. Nothing is stored.
///
/// One generator per sensor serves all its subscribers; it begins with the first and ends with the
/// last. The generators stand in a wheel of [#SLOTS] slots, one of which is due every
/// [#SLOT_MILLIS] ms, so one timer serves them all and their work is spread over the second. While
/// nobody watches there is no timer. Safe for use by many threads.
public final class SimulatedSensors {

    private static final Logger LOG = LoggerFactory.getLogger(SimulatedSensors.class);

    private static final int SLOTS = 100;
    private static final int SLOT_MILLIS = 10;

    /// Ends with [#close()].
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private final long seed;
    private final int sensorsMax;
    private final int slotMax;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;

    // Guarded by `this`.
    private final Map<String, Generator> bySensor = new HashMap<>();
    private final List<List<Generator>> wheel = new ArrayList<>(SLOTS);
    private @Nullable ScheduledFuture<?> ticking;
    private long startNanos;
    private long lastTick;

    /// One that makes up the same values for the same seed, sensor and second.
    ///
    /// @param sensorsMax sensors that are watched at once; no more are made up
    /// @param clock the readings' timestamps
    /// @param timer runs the wheel; its threads also hand readings to subscribers
    public SimulatedSensors(
            long seed, int sensorsMax, InstantSource clock, ScheduledExecutorService timer) {
        this.seed = seed;
        this.sensorsMax = sensorsMax;
        // Room for an even spread and a quarter more, so that a late-comer finds a slot soon.
        this.slotMax = sensorsMax / SLOTS + sensorsMax / SLOTS / 4 + 1;
        this.clock = clock;
        this.timer = timer;
        for (int i = 0; i < SLOTS; i++) {
            wheel.add(new ArrayList<>());
        }
    }

    /// The most sensors at once.
    int sensorsMax() {
        return sensorsMax;
    }

    /// How many sensors are made up now.
    synchronized int sensors() {
        return bySensor.size();
    }

    /// A sensor's readings from now on, the first within a second. The subscriber is called by the
    /// timer's threads and must not wait or throw.
    ///
    /// @return null when `sensorsMax` sensors are made up already
    synchronized @Nullable Subscription subscribe(String sensor, Consumer<Temperature> subscriber) {
        Generator generator = bySensor.get(sensor);
        if (generator == null) {
            if (bySensor.size() >= sensorsMax) {
                return null;
            }
            if (ticking == null) {
                startNanos = System.nanoTime();
                lastTick = 0;
                ticking =
                        timer.scheduleAtFixedRate(
                                this::tick, SLOT_MILLIS, SLOT_MILLIS, TimeUnit.MILLISECONDS);
            }
            generator = new Generator(sensor, freeSlot());
            wheel.get(generator.slot).add(generator);
            bySensor.put(sensor, generator);
        }
        Generator of = generator;
        of.subscribers.add(subscriber);
        return () -> unsubscribe(of, subscriber);
    }

    private int freeSlot() {
        int first = (int) ((lastTick + 1) % SLOTS);
        for (int i = 0; i < SLOTS; i++) {
            int slot = (first + i) % SLOTS;
            if (wheel.get(slot).size() < slotMax) {
                return slot;
            }
        }
        throw new IllegalStateException("more generators than the wheel has room for");
    }

    private synchronized void unsubscribe(Generator generator, Consumer<Temperature> subscriber) {
        if (!generator.subscribers.remove(subscriber) || !generator.subscribers.isEmpty()) {
            return;
        }
        wheel.get(generator.slot).remove(generator);
        bySensor.remove(generator.sensor);
        if (bySensor.isEmpty() && ticking != null) {
            ticking.cancel(false);
            ticking = null;
        }
    }

    private void tick() {
        try {
            for (Generator generator : due()) {
                Temperature reading = generator.reading(clock.millis());
                for (Consumer<Temperature> subscriber : generator.subscribers) {
                    subscriber.accept(reading);
                }
            }
        } catch (RuntimeException e) {
            // An exception would end the timer, and with it every simulated sensor.
            LOG.error("simulated readings were not handed over", e);
        }
    }

    /// The generators of the slots that are due. After a pause each generator is due once.
    private synchronized List<Generator> due() {
        long tick = (System.nanoTime() - startNanos) / (SLOT_MILLIS * 1_000_000L);
        lastTick = Math.max(lastTick, tick - SLOTS);
        List<Generator> due = new ArrayList<>();
        while (lastTick < tick) {
            lastTick++;
            due.addAll(wheel.get((int) (lastTick % SLOTS)));
        }
        return due;
    }

    private final class Generator {

        private final String sensor;
        private final int slot;
        private final Set<Consumer<Temperature>> subscribers = ConcurrentHashMap.newKeySet(1);

        Generator(String sensor, int slot) {
            this.sensor = sensor;
            this.slot = slot;
        }

        Temperature reading(long nowMillis) {
            return Temperature.newBuilder()
                    .setSensorId(sensor)
                    .setValue(celsius(seed, sensor, Math.floorDiv(nowMillis, 1_000L)))
                    .setTimestamp(nowMillis)
                    .build();
        }
    }

    /// What a sensor measures in a second: 25 °C with a daily curve (warmest at 15:00 UTC), an offset
    /// and a slow swing of its own, and noise; between 18 and 32 °C, in hundredths. The daily part is
    /// smaller than the others, so that values on both sides of 25 come up at any hour.
    static double celsius(long seed, String sensor, long epochSecond) {
        long own = mixed(seed);
        for (int i = 0; i < sensor.length(); i++) {
            own = mixed(own ^ sensor.charAt(i));
        }
        double offset = 2 * unit(mixed(own + 1)) - 1;
        double hour = Math.floorMod(epochSecond, 86_400L) / 3_600.0;
        double daily = 1.5 * Math.cos(2 * Math.PI * (hour - 15) / 24);
        double swingSeconds = 30 + 60 * unit(mixed(own + 2));
        double phase = unit(mixed(own + 3));
        double swing = 2 * Math.sin(2 * Math.PI * (epochSecond / swingSeconds + phase));
        long dice = mixed(own ^ mixed(epochSecond));
        double noise = 0;
        for (int i = 0; i < 4; i++) {
            dice = mixed(dice + i);
            noise += unit(dice) - 0.5;
        }
        return Math.round((25 + offset + daily + swing + 1.2 * noise) * 100) / 100.0;
    }

    /// 0 to 1, from the upper 53 bits.
    private static double unit(long bits) {
        return (bits >>> 11) * 0x1.0p-53;
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
    /// generators, 2014).
    private static long mixed(long z) {
        long m = z + 0x9e3779b97f4a7c15L;
        m = (m ^ (m >>> 30)) * 0xbf58476d1ce4e5b9L;
        m = (m ^ (m >>> 27)) * 0x94d049bb133111ebL;
        return m ^ (m >>> 31);
    }
}
