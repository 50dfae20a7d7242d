package io.riacho.doors.bridge;

import io.riacho.api.devices.DeviceEvents;
import io.riacho.doors.topics.Reporter;
import io.riacho.doors.topics.Reports;
import io.riacho.doors.topics.TopicListener.Handled;
import io.riacho.formats.RiachoTopics;
import org.jspecify.annotations.Nullable;

/// Takes reports that come from another broker. It does not tell who published them: a report has
/// to name its gateway or its device, and the broker's policy alone decides who may say what.
public final class BridgeReports implements BridgeListener {

    private static final Reporter SOMEBODY =
            new Reporter() {
                @Override
                public String label() {
                    return "somebody at the other broker";
                }

                @Override
                public @Nullable String device() {
                    return null;
                }

                @Override
                public boolean mayReportAs(String gateway) {
                    return true;
                }

                @Override
                public boolean mayAnswerFor(String device) {
                    return true;
                }
            };

    private final Reports reports;
    private final DeviceEvents devices;

    public BridgeReports(Reports reports, DeviceEvents devices) {
        this.reports = reports;
        this.devices = devices;
    }

    @Override
    public void readings(String sensor) {
        // Unless configured otherwise, a sensor's device bears its name.
        devices.heard(sensor);
    }

    @Override
    public void received(RiachoTopics.Kind kind, byte[] payload, Handled handled) {
        reports.received(SOMEBODY, kind, payload, handled);
    }
}
