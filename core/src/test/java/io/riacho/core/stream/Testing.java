package io.riacho.core.stream;

import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Predicate;

/// Conditions, readings and copies for tests.
final class Testing {

    static final long SECOND = 1_000_000;

    private Testing() {}

    static Condition condition(String text, Predicate<Statistics> holds) {
        return new Condition() {
            @Override
            public boolean holds(Statistics statistics) {
                return holds.test(statistics);
            }

            @Override
            public String text() {
                return text;
            }
        };
    }

    static Condition above(double average) {
        return condition("average > " + average, statistics -> statistics.mean() > average);
    }

    static Condition below(double average) {
        return condition("average < " + average, statistics -> statistics.mean() < average);
    }

    /// A temperature of sensor `s` that is received when it is measured.
    static Reading temperature(double value, long second) {
        return new Reading("s", "temperature", value, second * SECOND, null, 0, second * SECOND);
    }

    static byte[] bytes(SensorState state) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            state.writeTo(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SensorState copy(SensorState state) {
        try {
            return SensorState.readFrom(
                    new DataInputStream(new ByteArrayInputStream(bytes(state))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DeviceState copy(DeviceState state) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            state.writeTo(new DataOutputStream(bytes));
            return DeviceState.readFrom(
                    new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All that an outcome says.
    static String describe(Outcome outcome) {
        return outcome.verdict()
                + " "
                + outcome.rows()
                + outcome.lates()
                + outcome.conflicts()
                + outcome.settled()
                + outcome.windows()
                + outcome.desiredStates()
                + outcome.running();
    }
}
