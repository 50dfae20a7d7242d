package io.riacho.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Finds the route of a request. A path is cut into segments before these are decoded, so that `%2F`
/// never makes a segment of its own, and nothing of it ever becomes a file name.
final class Router {

    private final List<Route> routes;

    public Router(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    public List<Route> routes() {
        return routes;
    }

    /// @param parameters the segments that took the place of `{name}`s
    record Match(Route route, Map<String, String> parameters) {}

    /// The route; HEAD is GET without a body.
    ///
    /// @throws HttpProblemException 404 or 405
    Match find(HttpMethod method, String rawPath) throws HttpProblemException {
        List<String> path = decoded(rawPath);
        HttpMethod wanted = method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
        TreeSet<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            if (matches(route.segments(), path)) {
                if (route.method().equals(wanted)) {
                    return new Match(route, parameters(route.segments(), path));
                }
                allowed.add(route.method().name());
                if (route.method().equals(HttpMethod.GET)) {
                    allowed.add("HEAD");
                }
            }
        }
        if (allowed.isEmpty()) {
            throw new HttpProblemException(
                    HttpResponseStatus.NOT_FOUND,
                    "there is nothing at " + rawPath + "; /openapi.json lists what there is");
        }
        String allow = String.join(", ", allowed);
        throw new HttpProblemException(
                Response.problem(
                                HttpResponseStatus.METHOD_NOT_ALLOWED,
                                method + " is not possible at " + rawPath + "; use " + allow)
                        .with("allow", allow));
    }

    /// The segments of a path: `/a/b` has two, `/` has one that is empty.
    static List<String> segments(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    private static List<String> decoded(String rawPath) throws HttpProblemException {
        if (!rawPath.startsWith("/")) {
            throw HttpProblemException.badRequest("the path must begin with /");
        }
        try {
            List<String> path = new ArrayList<>();
            for (String segment : segments(rawPath)) {
                path.add(QueryStringDecoder.decodeComponent(segment.replace("+", "%2B")));
            }
            return path;
        } catch (IllegalArgumentException e) {
            throw HttpProblemException.badRequest("the path has a broken % escape");
        }
    }

    private static boolean matches(List<String> pattern, List<String> path) {
        if (pattern.size() != path.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            if (!isParameter(pattern.get(i)) && !pattern.get(i).equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, String> parameters(List<String> pattern, List<String> path) {
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < path.size(); i++) {
            String name = pattern.get(i);
            if (isParameter(name)) {
                parameters.put(name.substring(1, name.length() - 1), path.get(i));
            }
        }
        return parameters;
    }

    private static boolean isParameter(String segment) {
        return segment.startsWith("{");
    }
}
