package io.riacho.server.actuation.mqtt;

import io.riacho.server.devices.DeviceBook;
import io.riacho.server.ingest.mqtt.TopicListener.Handled;
import io.riacho.server.ingest.mqtt.TopicTree;
import io.riacho.server.ingest.mqtt.broker.BrokerListener;
import org.jspecify.annotations.Nullable;

/// Reports that come from another broker. It does not tell who published them: a report has to name its
/// gateway or its device, and the broker's policy alone decides who may say what.
final class BrokerReports implements BrokerListener {

    private static final Speaker SOMEBODY =
            new Speaker() {
                @Override
                public String label() {
                    return "somebody at the other broker";
                }

                @Override
                public @Nullable String device() {
                    return null;
                }

                @Override
                public boolean speaksAs(String gateway) {
                    return true;
                }

                @Override
                public boolean answersFor(String device) {
                    return true;
                }
            };

    private final Reports reports;
    private final DeviceBook book;

    BrokerReports(Reports reports, DeviceBook book) {
        this.reports = reports;
        this.book = book;
    }

    @Override
    public void readings(String sensor) {
        // Unless configured otherwise, a sensor's device bears its name.
        book.heard(sensor);
    }

    @Override
    public void received(TopicTree.Kind kind, byte[] payload, Handled handled) {
        reports.received(SOMEBODY, kind, payload, handled);
    }
}
