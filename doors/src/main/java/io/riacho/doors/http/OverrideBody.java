package io.riacho.doors.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.SeriesTable;
import io.riacho.config.Units;
import io.riacho.formats.json.JsonReading;
import io.riacho.http.HttpProblemException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads an override by hand, `{"device_id": "pump", "turn_on": true, "for": "10m"}`.
final class OverrideBody {

    private static final String EXPECTED =
            "{\"device_id\": \"…\", \"turn_on\": true} is expected, with \"group\" instead of"
                    + " \"device_id\", \"auto\": true instead of \"turn_on\", or \"for\": \"10m\""
                    + " beside it";

    private @Nullable String device;
    private @Nullable String group;
    private @Nullable Boolean turnOn;
    private boolean auto;
    private @Nullable Duration duration;

    private OverrideBody() {}

    /// Reads a request.
    ///
    /// @throws HttpProblemException saying what is wrong with it
    static OverrideRequest read(byte[] body, int length, DeviceGroups groups)
            throws HttpProblemException {
        OverrideBody read = new OverrideBody();
        try (JsonParser json = JsonReading.parser(body, length)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw HttpProblemException.badRequest(EXPECTED);
            }
            for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
                json.nextToken();
                read.field(key, json);
            }
            if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
                throw HttpProblemException.badRequest(EXPECTED);
            }
        } catch (IOException e) {
            throw HttpProblemException.badRequest("not valid JSON: " + EXPECTED);
        }
        return read.request(groups);
    }

    private void field(String key, JsonParser json) throws IOException, HttpProblemException {
        switch (key) {
            case "device_id" -> device = text(key, json);
            case "group" -> group = text(key, json);
            case "turn_on" -> turnOn = truth(key, json);
            case "auto" -> auto = truth(key, json);
            case "for" -> duration = duration(text(key, json));
            default ->
                    throw HttpProblemException.badRequest(
                            "'" + key + "' is not known here: " + EXPECTED);
        }
    }

    private static String text(String key, JsonParser json)
            throws IOException, HttpProblemException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw HttpProblemException.badRequest("'" + key + "' is not a text");
        }
        return json.getText();
    }

    private static boolean truth(String key, JsonParser json)
            throws IOException, HttpProblemException {
        if (!json.currentToken().isBoolean()) {
            throw HttpProblemException.badRequest("'" + key + "' is neither true nor false");
        }
        return json.getBooleanValue();
    }

    private static Duration duration(String text) throws HttpProblemException {
        Duration duration;
        try {
            duration = Units.duration(text);
        } catch (IllegalArgumentException e) {
            throw HttpProblemException.badRequest("'for': " + e.getMessage());
        }
        if (!duration.isPositive() || duration.compareTo(OverrideRequest.DURATION_MAX) > 0) {
            throw HttpProblemException.badRequest("'for' is more than nothing and at most 366d");
        }
        return duration;
    }

    private OverrideRequest request(DeviceGroups groups) throws HttpProblemException {
        if ((turnOn == null) != auto) {
            throw HttpProblemException.badRequest(
                    "either \"turn_on\" or \"auto\": true: " + EXPECTED);
        }
        if (turnOn == null && duration != null) {
            throw HttpProblemException.badRequest("\"for\" goes with \"turn_on\": " + EXPECTED);
        }
        List<String> devices = devices(groups);
        if (devices.size() > OverrideRequest.DEVICES_MAX) {
            throw HttpProblemException.badRequest(
                    "the group has "
                            + devices.size()
                            + " devices, an order may go to "
                            + OverrideRequest.DEVICES_MAX);
        }
        return turnOn == null
                ? new OverrideRequest.ClearOverride(devices)
                : new OverrideRequest.SetOverride(devices, turnOn, duration);
    }

    private List<String> devices(DeviceGroups groups) throws HttpProblemException {
        if (group != null && device == null) {
            List<String> members = groups.members(group).orElse(List.of());
            if (members.isEmpty()) {
                throw HttpProblemException.badRequest(
                        "there is no group '" + group + "' with devices in the configuration");
            }
            return members;
        }
        if (device == null || group != null) {
            throw HttpProblemException.badRequest("either \"device_id\" or \"group\": " + EXPECTED);
        }
        try {
            SeriesTable.checkId("device_id", device);
        } catch (InvalidReadingException e) {
            throw HttpProblemException.badRequest(e.reason());
        }
        return groups.members(device).filter(each -> !each.isEmpty()).orElse(List.of(device));
    }
}
