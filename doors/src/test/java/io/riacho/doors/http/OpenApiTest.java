package io.riacho.doors.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.riacho.api.commands.CommandServices;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.api.commands.Updates;
import io.riacho.api.health.Readiness;
import io.riacho.api.readings.SeriesTable;
import io.riacho.dashboard.Dashboard;
import io.riacho.dashboard.PageFiles;
import io.riacho.http.BodyBudget;
import io.riacho.http.HttpOptions;
import io.riacho.http.Route;
import io.riacho.net.EventLoops;
import io.riacho.testkit.CommandsInMemory;
import io.riacho.testkit.DevicesInMemory;
import io.riacho.testkit.FeedThatTellsWhenTold;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import io.riacho.testkit.OverridesThatAreAnsweredAtOnce;
import io.riacho.testkit.QueriesThatAnswerWhatIsGiven;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The routes that `/openapi.json` describes are those that there are.
class OpenApiTest {

    @Test
    void everyRouteIsDescribedAndEveryDescriptionHasItsRoute() throws Exception {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (EventLoops loops = EventLoops.start(1)) {
            Dashboard dashboard =
                    new Dashboard(
                            loops.workers().next(),
                            new Dashboard.Sources(
                                    new FeedThatTellsWhenTold(),
                                    new CommandsInMemory(),
                                    new DevicesInMemory(),
                                    () -> Readiness.State.READY,
                                    meters.timer("commits"),
                                    meters),
                            1);
            List<Route> all = new ArrayList<>(dashboard.routes());
            all.addAll(
                    HttpDoor.routes(
                            HttpOptions.with(Map.of()),
                            new HttpDoor.Services(
                                    new IntakeThatAcksWhenTold(),
                                    new SeriesTable(10),
                                    new CommandServices(
                                            new CommandsInMemory(),
                                            new OverridesThatAreAnsweredAtOnce(),
                                            new DeviceGroups(Map.of()),
                                            new DevicesInMemory(),
                                            Updates.NONE),
                                    new QueriesThatAnswerWhatIsGiven(),
                                    meters),
                            new BodyBudget(1)));
            Set<String> page =
                    PageFiles.routes().stream().map(OpenApiTest::text).collect(Collectors.toSet());
            Set<String> routes = new TreeSet<>();
            all.forEach(route -> routes.add(text(route)));
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
