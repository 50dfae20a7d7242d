package io.riacho.api.readings;

/// A reading that is refused, with the reason for its sender. Carries no stack trace: bad input is
/// an everyday event and must stay cheap.
public final class InvalidReadingException extends Exception {

    private static final long serialVersionUID = 1L;

    public InvalidReadingException(String reason) {
        super(reason, null, false, false);
    }

    /// The reason, in words for the sender: what is wrong and what would be right.
    public String reason() {
        String message = getMessage();
        return message == null ? "invalid reading" : message;
    }
}
