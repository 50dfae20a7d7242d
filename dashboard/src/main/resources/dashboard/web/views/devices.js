// Devices: who is there, who is not, and what each complained of last.
import { $, element, lamp } from "./dom.js";

const DEVICES_SHOWN = 30;

export function devicesView({ words, clockText }) {
  function item(device) {
    const item = element("li", `gateway ${device.presence}`);
    const how =
      device.presence === "online"
        ? [device.client, device.address]
        : [`${words.lastSeen} ${clockText(Date.parse(device.last_seen))}`, device.reason];
    const detail = element("span", "detail quiet", how.filter(Boolean).join(" · "));
    detail.title = detail.textContent;
    item.append(
      lamp(),
      element("span", "name", device.device_id),
      element("span", "state", words.present[device.presence]),
      detail,
    );
    if (device.error) {
      const { at, text } = device.error;
      const error = element("span", "error", `${clockText(Date.parse(at))} ${text}`);
      error.title = text;
      item.append(error);
    }
    return item;
  }

  return {
    paint(devices) {
      $("gateways-box").hidden = devices.length === 0;
      $("gateways-jump").hidden = devices.length === 0;
      $("more-gateways").hidden = devices.length <= DEVICES_SHOWN;
      $("more-gateways").textContent = words.moreDevices(devices.length - DEVICES_SHOWN);
      $("gateways").replaceChildren(...devices.slice(0, DEVICES_SHOWN).map(item));
    },
  };
}
