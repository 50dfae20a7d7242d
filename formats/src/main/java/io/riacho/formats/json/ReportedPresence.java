package io.riacho.formats.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;

/// What a status report says of a device's presence: `{"status": "online"}`, `{"status": "offline"}`, or
/// nothing.
public enum ReportedPresence {
    ONLINE,
    OFFLINE,
    NONE;

    public static ReportedPresence of(JsonNode report) {
        return switch (report.path("status").asText("")) {
            case "online" -> ONLINE;
            case "offline" -> OFFLINE;
            default -> NONE;
        };
    }

    /// Of a report as it is kept, which may be cut or no JSON at all.
    public static ReportedPresence of(String report) {
        try {
            return of(JsonReading.tree(report));
        } catch (JacksonException e) {
            return NONE;
        }
    }
}
