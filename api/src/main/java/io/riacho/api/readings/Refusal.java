package io.riacho.api.readings;

import java.util.ArrayList;
import java.util.List;

/// One reading of a submission that was not stored, and why.
///
/// @param index its place in the batch, from 0
/// @param reason what is wrong and what would be right, for the sender
public record Refusal(int index, String reason) {

    /// All bad readings of one message, in order: those found while it was decoded, which are in no batch,
    /// and those of the batch that were refused later.
    ///
    /// @param decoded in order, by their place in the message
    /// @param later in order, by their place among the message's other readings
    /// @return by their place in the message
    public static List<Refusal> merged(List<Refusal> decoded, List<Refusal> later) {
        if (decoded.isEmpty() || later.isEmpty()) {
            return decoded.isEmpty() ? later : decoded;
        }
        List<Refusal> all = new ArrayList<>(decoded.size() + later.size());
        int before = 0;
        for (Refusal each : later) {
            while (before < decoded.size()
                    && decoded.get(before).index() <= each.index() + before) {
                all.add(decoded.get(before++));
            }
            all.add(new Refusal(each.index() + before, each.reason()));
        }
        all.addAll(decoded.subList(before, decoded.size()));
        return all;
    }

    /// All refusals of one message in a sentence: of a message with one reading its reason; of one with
    /// several, how many there are and the first.
    ///
    /// @param refused at least one
    /// @param readings readings in the message, good and bad
    /// @param message what the protocol calls a message: `line`
    public static String describe(List<Refusal> refused, int readings, String message) {
        Refusal first = refused.getFirst();
        if (readings == 1) {
            return first.reason();
        }
        return refused.size()
                + " of the "
                + message
                + "'s "
                + readings
                + " readings refused, the others stored; first ["
                + first.index()
                + "]: "
                + first.reason();
    }
}
