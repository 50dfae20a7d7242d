package io.riacho.server.intake;

import java.util.List;

/// One reading of a submission that was not stored, and why.
///
/// @param index its place in the batch, from 0
/// @param reason what is wrong and what would be right, for the sender
public record Refusal(int index, String reason) {

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
