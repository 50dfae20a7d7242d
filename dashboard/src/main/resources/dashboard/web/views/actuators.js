// Actuators: what is on and what is off, by which rule and since when.
import { $, element, lamp } from "./dom.js";

const ACTUATORS_SHOWN = 60;

export function actuatorsView({ words, clockText }) {
  function item(command, offline) {
    const item = element("li", command.turn_on ? "device on" : "device");
    const name = element("span", "name", command.device_id);
    const rule = element("span", "rule quiet", command.rule);
    if (offline) rule.prepend(element("span", "away", words.present.offline), " · ");
    const state = element("span", "state", command.turn_on ? words.isOn : words.isOff);
    const since = element(
      "span",
      "since quiet",
      `${words.since} ${clockText(Date.parse(command.issued_at))}`,
    );
    item.append(lamp(), name, state, rule, since);
    return item;
  }

  return {
    // `isOffline` tells it of a device.
    paint(actuators, isOffline) {
      $("on").textContent = `${actuators.filter((c) => c.turn_on).length} / ${actuators.length}`;
      $("no-devices").hidden = actuators.length > 0;
      $("devices").replaceChildren(
        ...actuators.slice(0, ACTUATORS_SHOWN).map((c) => item(c, isOffline(c.device_id))),
      );
    },
  };
}
