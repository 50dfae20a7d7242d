package io.riacho.dashboard;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.http.Response;
import io.riacho.http.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// The page's files: a fixed list out of the jar, read once. A path of a request never names a file.
public final class PageFiles {

    /// Nothing but the page's own files, no inline script or style, no frame around it.
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                    + " frame-ancestors 'none'";

    private PageFiles() {}

    public static List<Route> routes() {
        return List.of(
                route("/", "index.html", "text/html; charset=utf-8"),
                route("/app.css", "app.css", "text/css; charset=utf-8"),
                route("/app.js", "app.js", "text/javascript; charset=utf-8"),
                route("/chart.js", "chart.js", "text/javascript; charset=utf-8"),
                route("/words.js", "words.js", "text/javascript; charset=utf-8"),
                route("/icon.svg", "icon.svg", "image/svg+xml"),
                route("/openapi.json", "openapi.json", "application/json"));
    }

    private static Route route(String path, String file, String type) {
        byte[] content = read(file);
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
