package io.riacho.server.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.riacho.server.actuation.Actuation;
import io.riacho.server.actuation.DeviceGroups;
import io.riacho.server.actuation.Updates;
import io.riacho.server.health.Readiness;
import io.riacho.server.ingest.EventLoops;
import io.riacho.server.intake.SeriesTable;
import io.riacho.server.testing.CommandsInMemory;
import io.riacho.server.testing.DevicesInMemory;
import io.riacho.server.testing.FeedThatTellsWhenTold;
import io.riacho.server.testing.IntakeThatAcksWhenTold;
import io.riacho.server.testing.OrdersThatAreAnsweredAtOnce;
import io.riacho.server.testing.QueriesThatAnswerWhatIsGiven;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What `/openapi.json` describes is what there is.
class OpenApiTest {

    @Test
    void everyRouteIsDescribedAndEveryDescriptionHasItsRoute() throws Exception {
        try (EventLoops loops = EventLoops.start(1);
                HttpDoor door =
                        HttpDoor.start(
                                HttpOptions.on(
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                                new HttpDoor.Services(
                                        new IntakeThatAcksWhenTold(),
                                        new SeriesTable(10),
                                        new FeedThatTellsWhenTold(),
                                        new Actuation(
                                                new CommandsInMemory(),
                                                new OrdersThatAreAnsweredAtOnce(),
                                                new DeviceGroups(Map.of()),
                                                new DevicesInMemory(),
                                                Updates.NONE),
                                        new QueriesThatAnswerWhatIsGiven(),
                                        () -> Readiness.State.READY,
                                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)),
                                loops,
                                null)) {
            Set<String> page =
                    PageFiles.routes().stream().map(OpenApiTest::text).collect(Collectors.toSet());
            Set<String> routes = new TreeSet<>();
            door.router().routes().forEach(route -> routes.add(text(route)));
            routes.removeAll(page);
            assertThat(described()).isEqualTo(routes);
        }
    }

    private static String text(Route route) {
        return route.method() + " /" + String.join("/", route.segments());
    }

    private static Set<String> described() throws Exception {
        try (InputStream in = OpenApiTest.class.getResourceAsStream("/dashboard/openapi.json")) {
            JsonNode paths = new ObjectMapper().readTree(in).get("paths");
            Set<String> described = new TreeSet<>();
            paths.properties()
                    .forEach(path ->
                            path.getValue()
                                    .fieldNames()
                                    .forEachRemaining(method ->
                                            described.add(
                                                    method.toUpperCase(Locale.ROOT)
                                                            + " "
                                                            + path.getKey())));
            return described;
        }
    }
}
