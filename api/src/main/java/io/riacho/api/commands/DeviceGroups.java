package io.riacho.api.commands;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Named lists of devices, as configured. A group's name hides a device of that name, as it does in
/// rules.
public final class DeviceGroups {

    private final Map<String, List<String>> members = new HashMap<>();
    private final Map<String, List<String>> groups = new HashMap<>();

    /// @param configured members by group; a member that is named twice counts once
    public DeviceGroups(Map<String, List<String>> configured) {
        configured.forEach((group, devices) -> {
            List<String> once = List.copyOf(new LinkedHashSet<>(devices));
            members.put(group, once);
            for (String each : once) {
                groups.computeIfAbsent(each, _ -> new ArrayList<>()).add(group);
            }
        });
    }

    /// The devices of a group; empty when there is no group of that name.
    public Optional<List<String>> members(String group) {
        return Optional.ofNullable(members.get(group));
    }

    /// The groups that a device is in.
    public List<String> of(String device) {
        return List.copyOf(groups.getOrDefault(device, List.of()));
    }
}
