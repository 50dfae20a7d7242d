// Devices and their presence.
import { byName } from "./order.js";

// Who needs a look comes first: the absent, the expected, those that never said, then all others by name.
const presenceOrder = { offline: 0, unconfirmed: 1, unknown: 2, online: 3 };

export class DevicesState {
  #devices = new Map();

  // Takes a device, if there is anything to say of its presence.
  take(device) {
    if (device.presence !== null) this.#devices.set(device.device_id, device);
  }

  isOffline(id) {
    return this.#devices.get(id)?.presence === "offline";
  }

  inOrder() {
    return [...this.#devices.values()].sort(
      (a, b) =>
        presenceOrder[a.presence] - presenceOrder[b.presence] || byName(a.device_id, b.device_id),
    );
  }
}
