package io.riacho.core.rules;

/// Matches names with globs: `*` stands for any characters, `?` for one; everything else for
/// itself.
public final class Globs {

    private Globs() {}

    /// Whether a glob matches a whole text.
    ///
    /// Goes back to the last star only, so time is at most glob times text, whatever the glob.
    public static boolean matches(String glob, String text) {
        int g = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < text.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                starText = t;
            } else if (g < glob.length()
                    && (glob.charAt(g) == '?' || glob.charAt(g) == text.charAt(t))) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }
}
