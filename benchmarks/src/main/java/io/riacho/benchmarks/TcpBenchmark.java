package io.riacho.benchmarks;

import io.riacho.server.Riacho;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A client that sends JSON lines over TCP, pipelined, as fast as a server answers them. All readings
/// are distinct: each connection has sensors of its own, and each of its lines a later timestamp.
///
/// @param address the server's
/// @param connections connections, with two threads each
/// @param inFlight lines of a connection that wait for their answer, at most
/// @param sensorsPerConnection sensors that a connection sends for, in turn
/// @param seconds how long lines are sent
public record TcpBenchmark(
        InetSocketAddress address,
        int connections,
        int inFlight,
        int sensorsPerConnection,
        int seconds) {

    /// What was reached.
    ///
    /// @param stored lines that were answered as durable
    /// @param refused lines that were answered with an error
    /// @param seconds from the first line to the last answer
    public record Result(long stored, long refused, double seconds) {

        /// Durable lines per second.
        public double rate() {
            return stored / seconds;
        }
    }

    private static final int LINES_PER_WRITE = 256;

    /// Every connection begins this far back, so that its timestamps are in no future.
    private static final long BACK_MILLIS = TimeUnit.HOURS.toMillis(6);

    /// Arguments: `[HOST:PORT [connections [seconds]]]`. Without any, a server is started here, on a
    /// directory of its own, and shares the processors with its clients.
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            int colon = arguments[0].lastIndexOf(':');
            report(
                    new InetSocketAddress(
                            arguments[0].substring(0, colon),
                            Integer.parseInt(arguments[0].substring(colon + 1))),
                    arguments);
            return;
        }
        Path data = Files.createTempDirectory("riacho-tcp-benchmark");
        ServerConfig config =
                ServerConfig.sources().anyPorts().flag("data", data.toString()).load().config();
        try (Riacho server = Riacho.start(config)) {
            report(server.address("tcp"), arguments);
        } finally {
            Directories.delete(data);
        }
    }

    private static void report(InetSocketAddress address, String[] arguments) throws Exception {
        TcpBenchmark benchmark =
                new TcpBenchmark(
                        address, argument(arguments, 1, 8), 8192, 100, argument(arguments, 2, 15));
        Result result = benchmark.run();
        System.out.printf(
                Locale.ROOT,
                "tcp: %,.0f lines/s durable (goal 300,000), %,d in %.1f s over %d connections,"
                        + " %,d refused%n",
                result.rate(),
                result.stored(),
                result.seconds(),
                benchmark.connections(),
                result.refused());
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return index < arguments.length ? Integer.parseInt(arguments[index]) : otherwise;
    }

    /// Sends for as long as the record says, and waits for every answer.
    ///
    /// @throws IOException when a connection fails
    public Result run() throws IOException, InterruptedException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            all.add(new Connection(i));
        }
        long began = System.nanoTime();
        long end = began + TimeUnit.SECONDS.toNanos(seconds);
        List<Thread> threads = new ArrayList<>();
        for (Connection each : all) {
            threads.add(Thread.ofPlatform().start(() -> each.guarded(() -> each.send(end))));
            threads.add(Thread.ofPlatform().start(() -> each.guarded(each::count)));
        }
        for (Thread each : threads) {
            each.join();
        }
        double took = (System.nanoTime() - began) / 1e9;
        long stored = 0;
        long refused = 0;
        for (Connection each : all) {
            IOException failure = each.failure;
            if (failure != null) {
                throw failure;
            }
            stored += each.stored;
            refused += each.refused;
        }
        return new Result(stored, refused, took);
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /// One connection: a block of lines whose digits are counted up in place, so that the client costs
    /// next to nothing.
    private final class Connection {
        private final Socket socket;
        private final Semaphore room = new Semaphore(inFlight);
        private final AtomicLong sent = new AtomicLong();
        private final byte[] block;
        private final int[] timestampAt = new int[LINES_PER_WRITE];
        private final int[] valueAt = new int[LINES_PER_WRITE];
        private volatile boolean ended;
        private volatile @Nullable IOException failure;
        long stored;
        long refused;

        Connection(int number) throws IOException {
            socket = new Socket(address.getAddress(), address.getPort());
            socket.setTcpNoDelay(true);
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < LINES_PER_WRITE; i++) {
                lines.append("{\"sensor_id\":\"field-")
                        .append(number)
                        .append('-')
                        .append(1000 + i % sensorsPerConnection)
                        .append("\",\"value\":");
                valueAt[i] = lines.length();
                lines.append("20.000,\"timestamp\":");
                timestampAt[i] = lines.length();
                lines.append("0000000000000}\n");
            }
            block = lines.toString().getBytes(StandardCharsets.US_ASCII);
        }

        void guarded(Work work) {
            try {
                work.run();
            } catch (IOException e) {
                failure = e;
                ended = true;
                room.release(inFlight);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void send(long end) throws IOException, InterruptedException {
            OutputStream out = socket.getOutputStream();
            long millis = System.currentTimeMillis() - BACK_MILLIS;
            while (System.nanoTime() < end && failure == null) {
                room.acquire(LINES_PER_WRITE);
                for (int i = 0; i < LINES_PER_WRITE; i++) {
                    // A sensor's turn comes at least once a block: each of its lines is 1 ms later.
                    digits(timestampAt[i], 13, millis + i / sensorsPerConnection);
                    digits(valueAt[i] + 3, 3, (millis + i) % 1000);
                }
                millis += LINES_PER_WRITE / sensorsPerConnection + 1;
                sent.addAndGet(LINES_PER_WRITE);
                out.write(block);
            }
            ended = true;
            socket.shutdownOutput();
        }

        private void digits(int at, int count, long number) {
            long left = number;
            for (int i = at + count - 1; i >= at; i--) {
                block[i] = (byte) ('0' + left % 10);
                left /= 10;
            }
        }

        /// Counts answers by their first letter: D for stored, E for an error.
        void count() throws IOException {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[1 << 16];
            boolean lineBegins = true;
            while (true) {
                int read = in.read(buffer);
                if (read < 0) {
                    break;
                }
                int answers = 0;
                for (int i = 0; i < read; i++) {
                    if (lineBegins) {
                        if (buffer[i] == 'E') {
                            refused++;
                        } else {
                            stored++;
                        }
                    }
                    lineBegins = buffer[i] == '\n';
                    answers += lineBegins ? 1 : 0;
                }
                room.release(answers);
            }
            socket.close();
            if (!ended || stored + refused != sent.get()) {
                throw new IOException(
                        "the server closed after "
                                + (stored + refused)
                                + " answers to "
                                + sent.get()
                                + " lines");
            }
        }
    }
}
