package io.riacho.benchmarks;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// Resident memory of a server: ready and idle, and a minute after one reading at each door and one
/// query.
public final class MemoryBenchmark {

    private MemoryBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        try (LaunchedServer server = LaunchedServer.start();
                HttpClient client = HttpClient.newHttpClient()) {
            TimeUnit.SECONDS.sleep(10);
            long idle = server.residentMib();
            String http = "http://" + server.address("http");
            post(client, http + "/api/v1/readings", "application/json", reading("http"));
            tcp(server.address("tcp"), reading("tcp") + "\n");
            String[] grpc = server.address("grpc").split(":", -1);
            new WriteBenchmark(grpc[0], Integer.parseInt(grpc[1]), 1, 1, 1, 1, 1).run();
            post(client, http + "/api/v1/query", "text/plain", "SELECT count(*) FROM readings");
            TimeUnit.SECONDS.sleep(60);
            System.out.printf(
                    "resident memory: %d MiB ready and idle (goal: 150), %d MiB a minute after use"
                            + " (goal: 256)%n",
                    idle, server.residentMib());
        }
    }

    private static String reading(String sensor) {
        return "{\"sensor_id\":\"" + sensor + "\",\"value\":21.5}";
    }

    private static void post(HttpClient client, String uri, String type, String body)
            throws Exception {
        HttpResponse<String> answer =
                client.send(
                        HttpRequest.newBuilder(URI.create(uri))
                                .header("Content-Type", type)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
    }

    private static void tcp(String address, String line) throws Exception {
        String[] parts = address.split(":", -1);
        try (Socket socket = new Socket(parts[0], Integer.parseInt(parts[1]))) {
            socket.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
            if (socket.getInputStream().read() != 'D') {
                throw new IllegalStateException("the TCP door did not take the reading");
            }
        }
    }
}
