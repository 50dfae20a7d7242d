package io.riacho.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Turns away what a web page elsewhere would make a browser send.
///
/// A door on loopback has no other guard than that it is on loopback, and a browser on the machine
/// reaches it for any page. DNS rebinding makes the request carry the page's own name in `Host`: on
/// loopback only known names are taken. A cross-site request carries `Origin` or `Sec-Fetch-Site`: it
/// must be the door's own.
public final class RequestGuard {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final boolean loopback;
    private final Set<String> hosts;

    /// @param loopback whether the door listens on loopback
    /// @param hosts further names that it is known by
    public RequestGuard(boolean loopback, Set<String> hosts) {
        this.loopback = loopback;
        this.hosts = hosts;
    }

    /// Lets a request pass that is for this door, from this door's own pages or from no page.
    ///
    /// @throws HttpProblemException when it is another's; its answer says why
    public void check(HttpRequest request) throws HttpProblemException {
        List<String> names = request.headers().getAll(HttpHeaderNames.HOST);
        boolean needed = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        if (names.size() > 1 || (needed && names.isEmpty())) {
            throw HttpProblemException.badRequest("one Host header is needed");
        }
        String host = names.isEmpty() ? "localhost" : names.getFirst().toLowerCase(Locale.ROOT);
        String name = withoutPort(host);
        if (loopback && !LOOPBACK.contains(name) && !hosts.contains(name)) {
            throw new HttpProblemException(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    "this server listens on loopback and is not known as '"
                            + name
                            + "'; ask for localhost, or configure the name");
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        String site = request.headers().get("sec-fetch-site");
        boolean foreignOrigin = origin != null && !isOwn(origin.toLowerCase(Locale.ROOT), host);
        boolean foreignSite =
                site != null
                        && site.equals("cross-site")
                        && !"navigate".equals(request.headers().get("sec-fetch-mode"));
        if (foreignOrigin || foreignSite) {
            throw new HttpProblemException(
                    HttpResponseStatus.FORBIDDEN,
                    "requests from pages of other sites are not taken");
        }
    }

    private static boolean isOwn(String origin, String host) {
        return origin.equals("http://" + host) || origin.equals("https://" + host);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }
}
