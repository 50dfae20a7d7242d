package io.riacho.acceptance;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.riacho.protocol.v1.IngestServiceGrpc;
import io.riacho.protocol.v1.SeriesDefinition;
import io.riacho.protocol.v1.WriteRequest;
import io.riacho.protocol.v1.WriteResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/// Senders that number their readings: reading `i` of a sensor has timestamp `BASE + i` ms and value
/// `i`, so that what a server must have is told by how many it acknowledged, in order.
final class Load {

    static final long BASE_MILLIS = 1_763_000_000_000L;

    private Load() {}

    /// One sender of one sensor.
    abstract static class Sender implements Runnable {
        final String sensor;
        final AtomicLong sent = new AtomicLong();
        final AtomicLong acknowledged = new AtomicLong();
        private volatile boolean stopped;

        Sender(String sensor) {
            this.sensor = sensor;
        }

        /// Sends until it is stopped or the server is gone.
        abstract void send() throws IOException, InterruptedException;

        final boolean isStopped() {
            return stopped;
        }

        final void stop() {
            stopped = true;
        }

        @Override
        public final void run() {
            try {
                send();
            } catch (IOException e) {
                // The server was killed: what matters is what it had acknowledged.
                stopped = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        final String json(long i) {
            return "{\"sensor_id\":\""
                    + sensor
                    + "\",\"value\":"
                    + i
                    + ",\"timestamp\":"
                    + (BASE_MILLIS + i)
                    + "}";
        }
    }

    /// Pipelined lines.
    static Sender tcp(String sensor, InetSocketAddress address) {
        return new Sender(sensor) {
            @Override
            void send() throws IOException, InterruptedException {
                try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                    Semaphore window = new Semaphore(500);
                    Thread reader = Thread.startVirtualThread(() -> answers(socket, window));
                    OutputStream out = socket.getOutputStream();
                    while (!isStopped()) {
                        StringBuilder lines = new StringBuilder();
                        window.acquire(50);
                        for (int i = 0; i < 50; i++) {
                            lines.append(json(sent.getAndIncrement())).append('\n');
                        }
                        out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
                    }
                    socket.shutdownOutput();
                    reader.join();
                }
            }

            private void answers(Socket socket, Semaphore window) {
                try {
                    BufferedReader in =
                            new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.UTF_8));
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        if (!line.equals("Dados recebidos com sucesso.")) {
                            throw new AssertionError("answered " + line);
                        }
                        acknowledged.incrementAndGet();
                        window.release();
                    }
                } catch (IOException e) {
                    // Gone, as it is meant to be.
                } finally {
                    stop();
                    window.release(1_000_000);
                }
            }
        };
    }

    /// One POST of ten readings after another.
    static Sender http(String sensor, ServerProcess server) {
        return new Sender(sensor) {
            @Override
            void send() throws IOException, InterruptedException {
                try (HttpClient client = HttpClient.newHttpClient()) {
                    while (!isStopped()) {
                        StringBuilder body = new StringBuilder("[");
                        for (int i = 0; i < 10; i++) {
                            body.append(i == 0 ? "" : ",").append(json(sent.getAndIncrement()));
                        }
                        var response =
                                client.send(
                                        HttpRequest.newBuilder(server.http("/api/v1/readings"))
                                                .header("Content-Type", "application/json")
                                                .POST(
                                                        HttpRequest.BodyPublishers.ofString(
                                                                body.append(']').toString()))
                                                .build(),
                                        BodyHandlers.ofString());
                        if (response.statusCode() != 200) {
                            throw new AssertionError(response.statusCode() + response.body());
                        }
                        acknowledged.addAndGet(10);
                    }
                }
            }
        };
    }

    /// Batches of a hundred, eight under way.
    static Sender grpc(String sensor, InetSocketAddress address) {
        return new Sender(sensor) {
            @Override
            void send() throws InterruptedException {
                ManagedChannel channel =
                        NettyChannelBuilder.forAddress(address).usePlaintext().build();
                try {
                    Semaphore window = new Semaphore(8);
                    StreamObserver<WriteRequest> requests =
                            IngestServiceGrpc.newStub(channel)
                                    .write(
                                            new StreamObserver<>() {
                                                @Override
                                                public void onNext(WriteResponse response) {
                                                    if (response.getRejectionsCount() > 0) {
                                                        throw new AssertionError(response);
                                                    }
                                                    acknowledged.addAndGet(100);
                                                    window.release();
                                                }

                                                @Override
                                                public void onError(Throwable thrown) {
                                                    stop();
                                                    window.release(1_000_000);
                                                }

                                                @Override
                                                public void onCompleted() {
                                                    stop();
                                                    window.release(1_000_000);
                                                }
                                            });
                    long sequence = 1;
                    while (!isStopped()) {
                        window.acquire();
                        WriteRequest.Builder request =
                                WriteRequest.newBuilder().setSequence(sequence);
                        if (sequence++ == 1) {
                            request.addNewSeries(
                                    SeriesDefinition.newBuilder()
                                            .setId(0)
                                            .setSensorId(sensor)
                                            .setMetric("temperature"));
                        }
                        for (int i = 0; i < 100; i++) {
                            long n = sent.getAndIncrement();
                            request.addSeries(0)
                                    .addValue((double) n)
                                    .addTimestampUs((BASE_MILLIS + n) * 1_000);
                        }
                        requests.onNext(request.build());
                    }
                } finally {
                    channel.shutdownNow();
                }
            }
        };
    }

    /// Messages of one reading each, hundreds of them under way; acknowledged by PUBACK, or PUBCOMP.
    static Sender mqtt(String sensor, InetSocketAddress address, MqttQos qos) {
        return new Sender(sensor) {
            @Override
            void send() throws InterruptedException {
                Semaphore window = new Semaphore(200);
                Mqtt5AsyncClient client =
                        MqttClient.builder()
                                .useMqttVersion5()
                                .identifier(sensor)
                                .serverAddress(address)
                                .addDisconnectedListener(_ -> {
                                    stop();
                                    window.release(1_000_000);
                                })
                                .buildAsync();
                try {
                    client.connect().join();
                    while (!isStopped()) {
                        window.acquire();
                        client.publishWith()
                                .topic("irrigation/sensors/" + sensor + "/data")
                                .qos(qos)
                                .payload(
                                        json(sent.getAndIncrement())
                                                .getBytes(StandardCharsets.UTF_8))
                                .send()
                                .whenComplete((_, failure) -> {
                                    if (failure == null) {
                                        acknowledged.incrementAndGet();
                                    } else {
                                        // What comes after it does not count.
                                        stop();
                                    }
                                    window.release();
                                });
                    }
                } catch (CompletionException e) {
                    // Killed before it was connected.
                    stop();
                } finally {
                    if (client.getState().isConnected()) {
                        client.disconnect();
                    }
                }
            }
        };
    }
}
