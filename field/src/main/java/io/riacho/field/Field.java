package io.riacho.field;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// The model of a field of plots, each with a sensor for temperature and humidity and a valve.
///
/// Pure: what it does follows from its seed, its steps and the valves. Not safe for use by several
/// threads.
///
/// The air's temperature follows a day, shortened so that one can watch it, with its peak at
/// two thirds. A plot's temperature moves towards a target: the air's plus what is the plot's own,
/// less the cooling of water when its valve is open. Left alone a plot spends most of the day above
/// 28 °C; irrigated it goes well below 26 °C. So a rule with those bounds opens and closes valves for
/// ever. Humidity goes the other way. Each sensor adds noise and a slow drift (a random walk held
/// near zero).
///
/// Now and then a reading is late, sent twice, or broken.
final class Field {

    /// The length of a day here, in s.
    static final double DAY_SECONDS = 480;

    static final double AIR_MEAN = 30.5;
    static final double AIR_SWING = 3.0;
    private static final double COOLING = 12.0;

    /// How fast a plot follows its target, in s (the time constant of the approach).
    private static final double PLOT_SECONDS = 14;

    private static final double NOISE = 0.15;
    private static final double DRIFT_STEP = 0.02;
    private static final double DRIFT_PULL = 0.01;

    private static final double LATE_SHARE = 1 / 250.0;
    private static final double AGAIN_SHARE = 1 / 200.0;
    private static final double BROKEN_SHARE = 1 / 400.0;
    private static final double LATE_SECONDS_MIN = 20;
    private static final double LATE_SECONDS_MAX = 90;

    /// Readings that wait to be late at once; further ones come on time.
    private static final int LATE_MAX = 1_000;

    private static final String TEMPERATURE = "temperature";
    private static final String HUMIDITY = "humidity";

    private final SplittableRandom random;
    private final double[] ownWarmth;
    private final double[] temperature;
    private final double[] humidity;
    private final double[] drift;
    private final PriorityQueue<Held> held =
            new PriorityQueue<>((a, b) -> Long.compare(a.dueMicros, b.dueMicros));
    private double seconds;

    private record Held(long dueMicros, Emission.Measured reading) {}

    /// A field in the late morning.
    ///
    /// @param plots at least 1
    Field(long seed, int plots) {
        random = new SplittableRandom(seed);
        ownWarmth = new double[plots];
        temperature = new double[plots];
        humidity = new double[plots];
        drift = new double[plots];
        seconds = DAY_SECONDS * 0.4;
        for (int plot = 0; plot < plots; plot++) {
            ownWarmth[plot] = random.nextDouble(-1.5, 1.5);
            temperature[plot] = random.nextDouble(24, 31);
            humidity[plot] = humidityFor(temperature[plot]);
        }
    }

    int plots() {
        return temperature.length;
    }

    /// The id of a plot's sensor, which is its valve's too.
    static String sensor(int plot) {
        return String.format(Locale.ROOT, "field-%02d", plot + 1);
    }

    /// The true temperature of a plot in °C, without its sensor's errors.
    double temperature(int plot) {
        return temperature[plot];
    }

    /// The true humidity of a plot in %.
    double humidity(int plot) {
        return humidity[plot];
    }

    /// The air's temperature in °C.
    double air() {
        double phase = 2 * Math.PI * (seconds / DAY_SECONDS - 5 / 12.0);
        return AIR_MEAN + AIR_SWING * Math.sin(phase);
    }

    /// Lets time pass, and each sensor measure once at its end.
    ///
    /// @param nowMicros the time at the end of the step, µs since 1970 UTC, ascending
    /// @param stepSeconds how long the step is, above 0
    /// @return what arrives in this step, in no particular order of time
    List<Emission> step(long nowMicros, double stepSeconds, Valves valves) {
        seconds += stepSeconds;
        double air = air();
        double approach = 1 - Math.exp(-stepSeconds / PLOT_SECONDS);
        List<Emission> arriving = new ArrayList<>(2 * plots() + 4);
        for (int plot = 0; plot < plots(); plot++) {
            double target = air + ownWarmth[plot] - (valves.isOpen(plot) ? COOLING : 0);
            temperature[plot] += (target - temperature[plot]) * approach;
            double moist = humidityFor(temperature[plot]) + (valves.isOpen(plot) ? 12 : 0);
            humidity[plot] += (Math.min(100, moist) - humidity[plot]) * approach;
            drift[plot] += random.nextGaussian(0, DRIFT_STEP) - DRIFT_PULL * drift[plot];
            String sensor = sensor(plot);
            double warmth = temperature[plot] + drift[plot] + random.nextGaussian(0, NOISE);
            double damp = humidity[plot] + random.nextGaussian(0, 4 * NOISE);
            emit(sensor, TEMPERATURE, rounded(warmth), "°C", nowMicros, arriving);
            double within = Math.clamp(damp, 0, 100);
            emit(sensor, HUMIDITY, rounded(within), "%", nowMicros, arriving);
        }
        while (!held.isEmpty() && held.peek().dueMicros <= nowMicros) {
            arriving.add(held.poll().reading);
        }
        return arriving;
    }

    private void emit(
            String sensor,
            String metric,
            double value,
            String unit,
            long nowMicros,
            List<Emission> arriving) {
        double chance = random.nextDouble();
        Emission.Measured reading =
                new Emission.Measured(
                        sensor, metric, value, nowMicros, unit, Emission.Delivery.ON_TIME);
        if (chance < BROKEN_SHARE) {
            Emission.Fault[] faults = Emission.Fault.values();
            arriving.add(
                    new Emission.Broken(sensor, metric, faults[random.nextInt(faults.length)]));
        } else if (chance < BROKEN_SHARE + LATE_SHARE && held.size() < LATE_MAX) {
            double wait = random.nextDouble(LATE_SECONDS_MIN, LATE_SECONDS_MAX);
            held.add(
                    new Held(
                            nowMicros + (long) (wait * 1e6),
                            delivered(reading, Emission.Delivery.LATE)));
        } else {
            arriving.add(reading);
            if (chance > 1 - AGAIN_SHARE) {
                arriving.add(delivered(reading, Emission.Delivery.AGAIN));
            }
        }
    }

    private static Emission.Measured delivered(
            Emission.Measured reading, Emission.Delivery delivery) {
        return new Emission.Measured(
                reading.sensor(),
                reading.metric(),
                reading.value(),
                reading.timestampMicros(),
                reading.unit(),
                delivery);
    }

    /// Relative humidity that goes with a temperature on this field, in %.
    private static double humidityFor(double temperature) {
        return Math.clamp(110 - 2.2 * temperature, 15, 95);
    }

    private static double rounded(double value) {
        return Math.rint(value * 100) / 100;
    }
}
