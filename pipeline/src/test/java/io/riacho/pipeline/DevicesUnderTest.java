package io.riacho.pipeline;

import io.riacho.api.devices.Connection;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Device.Presence;
import io.riacho.api.devices.Device.Report.Kind;
import io.riacho.api.devices.Traffic;
import io.riacho.pipeline.state.devices.DevicePresence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/// Devices of a simulation that come, go and report, here (`d…`) or over another broker (`e…`), and remember what a server said that it kept.
final class DevicesUnderTest {

    /// After so long without a change nobody is awaited or on the way.
    static final long REST_MILLIS = DevicePresence.RETURN_AT_START.plusSeconds(5).toMillis();

    private static final String ONLINE_PREFIX = "{\"status\": \"online\"";
    private static final String ONLINE = ONLINE_PREFIX + ", \"number\": %d}";
    private static final String OFFLINE = "{\"status\": \"offline\", \"number\": %d}";
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
    private static final Traffic NO_TRAFFIC = new Traffic(0, 0, 0, 0, 0, 0);
    private static final String FIRST_ADDRESS = "10.0.0.1";

    /// What one device reported, and what became of it.
    private static final class Reports {
        private String newest = "";
        private long count;

        /// Since the newest that was answered for certain, and not answered yet.
        private final List<String> open = new ArrayList<>();

        /// Whether a crash came between a word and the answer to its report: the word is a record of its
        /// own, so it may be on disk without the report.
        private boolean wordUnknown;
    }

    private final SplittableRandom random;
    private final List<String> violations;
    private final Map<String, Reports> reports = new HashMap<>();

    /// Who is connected in this life, with the key of its connection.
    private final Map<String, Object> connected = new HashMap<>();

    private int texts;
    private long kept;

    DevicesUnderTest(SplittableRandom random, List<String> violations) {
        this.random = random;
        this.violations = violations;
    }

    /// Reports that were answered, in all lives.
    long kept() {
        return kept;
    }

    void act(DevicePresence book) {
        String device = "d" + random.nextInt(3);
        switch (random.nextInt(6)) {
            case 0 -> {
                Object key = new Object();
                connected.put(device, key);
                String address = random.nextInt(3) == 0 ? "10.0.0.2" : FIRST_ADDRESS;
                book.connected(
                        device,
                        key,
                        new Connection(address, "MQTT 5.0", KEEP_ALIVE, () -> NO_TRAFFIC));
            }
            case 1 -> {
                Object key = connected.remove(device);
                if (key != null) {
                    book.disconnected(device, key, random.nextBoolean(), "gone");
                }
            }
            case 2, 3 -> report(book, device, "report " + texts++);
            default -> {
                String elsewhere = "e" + random.nextInt(2);
                boolean online = random.nextBoolean();
                book.stated(elsewhere, online);
                report(book, elsewhere, (online ? ONLINE : OFFLINE).formatted(texts++));
            }
        }
    }

    private void report(DevicePresence book, String device, String text) {
        Reports of = reports.computeIfAbsent(device, _ -> new Reports());
        long suppressed = book.reportsNotKept();
        of.open.add(text);
        book.reported(
                device,
                Kind.STATUS,
                text,
                durable -> {
                    // False: the disk was full, or nobody knows.
                    if (durable && of.open.contains(text)) {
                        List<String> before = of.open.subList(0, of.open.indexOf(text) + 1);
                        before.clear();
                        of.newest = text;
                        of.count++;
                        of.wordUnknown = false;
                        kept++;
                    }
                });
        if (book.reportsNotKept() > suppressed) {
            violations.add("a report beyond the allowance; the simulation means to make none");
        }
    }

    /// What a start may find: every report that was answered, and of the others each or not.
    void afterRecovery(DevicePresence book) {
        connected.clear();
        reports.forEach((device, of) -> {
            Device found = book.device(device).orElse(null);
            Device.Report newest = found == null ? null : found.status();
            String text = newest == null ? "" : newest.text();
            long count = newest == null ? 0 : newest.count();
            if (!text.equals(of.newest) && !of.open.contains(text)) {
                violations.add(
                        device + " reported " + of.newest + ", " + of.open + "; found " + newest);
            }
            if (count < of.count) {
                violations.add(device + " had " + of.count + " reports answered; found " + newest);
            }
            of.newest = text;
            of.count = count;
            of.wordUnknown |= !of.open.isEmpty();
            of.open.clear();
        });
    }

    /// Whoever is connected is online, or said so last elsewhere, and nobody else.
    void afterRest(DevicePresence book) {
        Predicate<Device> online = each -> book.presence(each) == Presence.ONLINE;
        for (Device each : book.all()) {
            Reports of = reports.get(each.id());
            boolean expected = connected.containsKey(each.id());
            if (each.id().startsWith("e")) {
                if (of == null || !of.open.isEmpty() || of.wordUnknown) {
                    // What it said last was not answered: nobody knows.
                    continue;
                }
                expected = of.newest.startsWith(ONLINE_PREFIX);
            }
            if (online.test(each) != expected) {
                violations.add(each + " is " + book.presence(each) + "; connected: " + connected);
            }
        }
        for (String each : connected.keySet()) {
            if (book.device(each).isEmpty()) {
                violations.add(each + " is connected and unknown");
            }
        }
    }
}
