package io.riacho.server.intake;

/// One reading of a submission that was not stored, and why.
///
/// @param index its place in the batch, from 0
/// @param reason what is wrong and what would be right, for the sender
public record Refusal(int index, String reason) {}
