package io.riacho.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Finds what was probably meant.
final class Suggestion {

    private Suggestion() {}

    /// The candidate nearest to what was written, or null when none is near. Case, `-` and `_` do not
    /// count. A path is also found by its last part alone.
    static @Nullable String nearest(String written, Collection<String> candidates) {
        String normal = normal(written);
        String best = null;
        int bestDistance = Math.max(1, normal.length() / 3) + 1;
        for (String candidate : candidates) {
            String last = candidate.substring(candidate.lastIndexOf('.') + 1);
            int distance =
                    Math.min(
                            distance(normal, normal(candidate)),
                            written.indexOf('.') < 0 ? distance(normal, normal(last)) : 99);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    private static String normal(String key) {
        return key.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /// Edits between two words: insertions, deletions, substitutions and swaps of neighbours
    /// (optimal string alignment).
    static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            edits[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            edits[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int substitution =
                        edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] =
                        Math.min(substitution, Math.min(edits[i - 1][j] + 1, edits[i][j - 1] + 1));
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
