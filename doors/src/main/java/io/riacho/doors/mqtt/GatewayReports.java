package io.riacho.doors.mqtt;

import io.riacho.doors.topics.Reporter;
import io.riacho.doors.topics.Reports;
import io.riacho.doors.topics.TopicListener;
import io.riacho.formats.RiachoTopics;
import io.riacho.mqtt.spi.Client;

/// Takes reports of our own door's clients, each of whom an identity says what it is, or a port that is for
/// anybody.
public final class GatewayReports implements TopicListener {

    private final Reports reports;
    private final DeviceWatch watch;
    private final ClientRoles roles;

    public GatewayReports(Reports reports, DeviceWatch watch, ClientRoles roles) {
        this.reports = reports;
        this.watch = watch;
        this.roles = roles;
    }

    @Override
    public void received(
            Client client, RiachoTopics.Kind kind, String topic, byte[] payload, Handled handled) {
        if (client.isConnected()) {
            watch.actsLikeADevice(client);
        }
        reports.received(new Connected(client), kind, payload, handled);
    }

    private final class Connected implements Reporter {

        private final Client client;

        Connected(Client client) {
            this.client = client;
        }

        @Override
        public String label() {
            return client.id();
        }

        @Override
        public String device() {
            return client.id();
        }

        @Override
        public boolean mayReportAs(String gateway) {
            return gateway.equals(client.id()) || roles.part(client) == ClientRoles.Part.ANYBODY;
        }

        @Override
        public boolean mayAnswerFor(String device) {
            return roles.mayAnswerFor(client, device);
        }
    }
}
