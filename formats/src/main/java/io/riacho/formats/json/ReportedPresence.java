package io.riacho.formats.json;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;

/// The presence that a status report states: `{"status": "online"}`, `{"status": "offline"}`, or
/// none.
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
