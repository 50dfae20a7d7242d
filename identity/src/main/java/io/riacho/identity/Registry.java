package io.riacho.identity;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The devices that are known, at one moment. Never changes; [#with] gives another.
public final class Registry {

    /// DeviceRegistrar that there may be, the revoked ones included.
    public static final int DEVICES_MAX = 100_000;

    /// No device yet.
    public static final Registry EMPTY = new Registry(List.of());

    private final Map<String, RegisteredDevice> byName = new TreeMap<>();
    private final Map<String, RegisteredDevice> byFingerprint = new HashMap<>();

    /// @throws IllegalArgumentException when two devices share a name or a certificate, or there are
    ///     more than [#DEVICES_MAX]
    Registry(Collection<RegisteredDevice> devices) {
        if (devices.size() > DEVICES_MAX) {
            throw new IllegalArgumentException(
                    devices.size() + " devices; a registry holds at most " + DEVICES_MAX);
        }
        for (RegisteredDevice each : devices) {
            if (byName.putIfAbsent(each.name(), each) != null) {
                throw new IllegalArgumentException("two devices are called " + each.name());
            }
            for (DeviceCertificate certificate : each.certificates()) {
                RegisteredDevice other = byFingerprint.putIfAbsent(certificate.fingerprint(), each);
                if (other != null) {
                    throw new IllegalArgumentException(
                            other.name()
                                    + " and "
                                    + each.name()
                                    + " share the certificate "
                                    + certificate.fingerprint());
                }
            }
        }
    }

    /// All, by name.
    public Collection<RegisteredDevice> devices() {
        return Collections.unmodifiableCollection(byName.values());
    }

    public @Nullable RegisteredDevice device(String name) {
        return byName.get(name);
    }

    /// Whose certificate this is, current or earlier.
    public @Nullable RegisteredDevice holderOf(String fingerprint) {
        return byFingerprint.get(fingerprint);
    }

    /// With a device added or, if there is one of its name, changed.
    ///
    /// @throws IllegalArgumentException as the constructor
    public Registry with(RegisteredDevice device) {
        return with(List.of(device));
    }

    /// With all these added or changed.
    ///
    /// @throws IllegalArgumentException as the constructor
    public Registry with(List<RegisteredDevice> devices) {
        Map<String, RegisteredDevice> all = new TreeMap<>(byName);
        devices.forEach(each -> all.put(each.name(), each));
        return new Registry(new ArrayList<>(all.values()));
    }
}
