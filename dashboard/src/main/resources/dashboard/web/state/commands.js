// The latest commands, and by them what each actuator was told last.
import { byName } from "./order.js";

const COMMANDS_MAX = 200;

export class CommandsState {
  #commands = new Map(); // id → command, in the order they changed
  #actuators = new Map(); // device → its newest command

  // Takes a command as it is now.
  take(command) {
    this.#commands.delete(command.id);
    this.#commands.set(command.id, command);
    const newest = this.#actuators.get(command.device_id);
    if (!newest || command.sequence >= newest.sequence)
      this.#actuators.set(command.device_id, command);
    while (this.#commands.size > COMMANDS_MAX)
      this.#commands.delete(this.#commands.keys().next().value);
  }

  // Takes what the status says of an actuator, unless a command of it is known.
  takeActuator({ device_id, on, since, rule }) {
    if (!this.#actuators.has(device_id))
      this.#actuators.set(device_id, {
        device_id,
        turn_on: on,
        issued_at: since,
        rule,
        sequence: 0,
      });
  }

  // So many commands, the newest first.
  latest(most) {
    return [...this.#commands.values()]
      .sort((a, b) => Date.parse(b.issued_at) - Date.parse(a.issued_at) || b.sequence - a.sequence)
      .slice(0, most);
  }

  // The newest command of each actuator: what is on, then what is off, by name.
  actuators() {
    return [...this.#actuators.values()].sort(
      (a, b) => Number(b.turn_on) - Number(a.turn_on) || byName(a.device_id, b.device_id),
    );
  }
}
