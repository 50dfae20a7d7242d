package io.riacho.dashboard;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.http.Response;
import io.riacho.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// The page's files, read once: all that is in `dashboard/web`. A path of a request never names a file.
public final class PageFiles {

    private static final String FOLDER = "/dashboard/web/";
    private static final String PAGE = "index.html";

    /// Nothing but the page's own files, no inline script or style, no frame around it.
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    private PageFiles() {}

    /// The page itself at `/`, its other files below `/web/`, and the description of the HTTP API.
    public static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        files().forEach((path, content) ->
                routes.add(route(path.equals(PAGE) ? "/" : "/web/" + path, type(path), content)));
        routes.add(route("/openapi.json", "application/json", read("openapi.json")));
        return List.copyOf(routes);
    }

    /// What is in the page's folder, by path.
    static SortedMap<String, byte[]> files() {
        URL page = PageFiles.class.getResource(FOLDER + PAGE);
        if (page == null) {
            throw new IllegalStateException("the page's file " + PAGE + " is not in the jar");
        }
        try {
            return WebFolder.around(page);
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the page's files around " + page, e);
        }
    }

    private static String type(String path) {
        String extension = path.substring(path.lastIndexOf('.') + 1);
        return switch (extension) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default ->
                    throw new IllegalStateException(
                            "the page's file " + path + " is of no type that PageFiles knows");
        };
    }

    private static Route route(String path, String type, byte[] content) {
        String tag = '"' + digest(content) + '"';
        Response whole =
                new Response(
                        HttpResponseStatus.OK,
                        type,
                        content,
                        Map.of(
                                "etag", tag,
                                "cache-control", "no-cache",
                                "content-security-policy", POLICY,
                                "referrer-policy", "no-referrer",
                                "cross-origin-opener-policy", "same-origin",
                                "cross-origin-resource-policy", "same-origin"));
        Response same =
                new Response(HttpResponseStatus.NOT_MODIFIED, "", new byte[0], whole.headers());
        return Route.of(
                HttpMethod.GET,
                path,
                Route.Kind.DIRECT,
                exchange ->
                        exchange.answer(
                                exchange.headers()
                                                .get(HttpHeaderNames.IF_NONE_MATCH, "")
                                                .contains(tag)
                                        ? same
                                        : whole));
    }

    private static byte[] read(String file) {
        try (InputStream in = PageFiles.class.getResourceAsStream("/dashboard/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the page's file " + file + " is not in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the page's file " + file, e);
        }
    }

    private static String digest(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
