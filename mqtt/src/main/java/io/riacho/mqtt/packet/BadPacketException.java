package io.riacho.mqtt.packet;

/// A packet that breaks the protocol: the connection ends with this reason. Carries no stack trace:
/// bad input is an everyday event and must stay cheap.
public final class BadPacketException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ReasonCode code;

    public BadPacketException(ReasonCode code, String reason) {
        super(reason, null, false, false);
        this.code = code;
    }

    public static BadPacketException malformed(String reason) {
        return new BadPacketException(ReasonCode.MALFORMED_PACKET, reason);
    }

    public static BadPacketException protocolError(String reason) {
        return new BadPacketException(ReasonCode.PROTOCOL_ERROR, reason);
    }

    public ReasonCode code() {
        return code;
    }

    /// In words for the peer and the log.
    public String reason() {
        String message = getMessage();
        return message == null ? code.name() : message;
    }
}
