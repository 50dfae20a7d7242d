package io.riacho.field;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The HTTP door: an array of readings per request.
final class HttpPoster implements Door {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Pattern STORED = Pattern.compile("\"stored\"\\s*:\\s*([0-9]+)");

    private final URI uri;
    private final HttpClient client;

    /// @param tls null: plain text
    HttpPoster(InetSocketAddress address, @Nullable SSLContext tls) {
        String host = address.getHostString();
        String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        String scheme = tls == null ? "http" : "https";
        uri = URI.create(scheme + "://" + literal + ":" + address.getPort() + "/api/v1/readings");
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(TIMEOUT);
        client = (tls == null ? builder : builder.sslContext(tls)).build();
    }

    @Override
    public Receipts deliver(List<Emission> emissions) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .timeout(TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(Json.array(emissions)))
                        .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        Matcher stored = STORED.matcher(response.body());
        if ((response.statusCode() == 200 || response.statusCode() == 400) && stored.find()) {
            int count = Integer.parseInt(stored.group(1));
            return new Receipts(count, emissions.size() - count);
        }
        throw new IOException("HTTP " + response.statusCode() + ": " + response.body().strip());
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public void close() {
        client.close();
    }
}
