// The latest commands, and how far each has come.
import { $, element } from "./dom.js";

export const COMMANDS_SHOWN = 14;

export function commandsView({ words, clockText, valueText }) {
  function item(command) {
    const item = element("li", "command");
    const time = element("time", "quiet", clockText(Date.parse(command.issued_at)));
    time.dateTime = command.issued_at;
    const what = element("span", "what");
    what.append(
      element("strong", "", command.device_id),
      element(
        "span",
        command.turn_on ? "switch on" : "switch",
        command.turn_on ? words.turnOn : words.turnOff,
      ),
    );
    const seen =
      command.average === null ? "" : ` · ${words.average} ${valueText(command.average)}`;
    const why = element("span", "why quiet", `${command.rule}${seen}`);
    const state = words[command.state] ?? command.state;
    item.append(time, what, element("span", `badge ${command.state}`, state), why);
    return item;
  }

  return {
    paint(latest) {
      $("no-commands").hidden = latest.length > 0;
      $("commands").replaceChildren(...latest.map(item));
    },
  };
}
