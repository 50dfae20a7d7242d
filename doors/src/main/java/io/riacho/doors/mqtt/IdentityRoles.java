package io.riacho.doors.mqtt;

import io.riacho.api.commands.DeviceGroups;
import io.riacho.identity.DeviceIdentity;
import io.riacho.mqtt.spi.Client;

/// What clients are by their identities: gateways are devices, local clients anybody. A gateway answers
/// for the devices whose commands it may hear, by their own names or by a group's.
public final class IdentityRoles implements ClientRoles {

    private final DeviceGroups groups;

    public IdentityRoles(DeviceGroups groups) {
        this.groups = groups;
    }

    @Override
    public Part part(Client client) {
        if (!(client.identity() instanceof DeviceIdentity identity)) {
            throw new IllegalArgumentException("no identity of ours: " + client.identity());
        }
        return switch (identity.role()) {
            case LOCAL -> Part.ANYBODY;
            case GATEWAY -> Part.DEVICE;
            case COMPUTE, OPERATOR -> Part.OTHER;
        };
    }

    @Override
    public boolean answersFor(Client client, String device) {
        return client.identity() instanceof DeviceIdentity identity
                && (identity.hears(device) || groups.of(device).stream().anyMatch(identity::hears));
    }
}
