// All that the page knows of the server, and what of it is to be painted again.
import { ServerClock } from "./clock.js";
import { CommandsState } from "./commands.js";
import { DevicesState } from "./devices.js";
import { SeriesState } from "./series.js";

export class Model {
  clock = new ServerClock();
  series = new SeriesState();
  commands = new CommandsState();
  devices = new DevicesState();
  #sideChanged = true;

  // The status, received when our own clock shows `nowMs`.
  takeStatus(status, nowMs) {
    this.clock.set(status.now, nowMs);
    this.series.keep(status.history_points);
    for (const { history, ...reading } of status.series) this.series.take(reading, history);
    this.takeCommands([...status.commands].reverse());
    for (const each of status.devices) this.commands.takeActuator(each);
  }

  takeReadings(readings) {
    for (const each of readings) this.series.take(each);
  }

  // Oldest first.
  takeCommands(commands) {
    for (const each of commands) this.commands.take(each);
    this.#sideChanged = true;
  }

  takeDevices(devices) {
    for (const each of devices) this.devices.take(each);
    this.#sideChanged = true;
  }

  // Whether commands, actuators or devices changed since this was asked before.
  takeSideChanged() {
    const changed = this.#sideChanged;
    this.#sideChanged = false;
    return changed;
  }
}
