// All series: the newest reading of each, and the points of its last seconds.
import { byName } from "./order.js";

const OLD_AFTER_MS = 60_000;

// Whether a reading of that age means that its sensor is late.
export const isLate = (ageMs) => ageMs > OLD_AFTER_MS;

export class SeriesState {
  #series = new Map(); // key → what is known of it
  #metrics = new Set();
  #changed = new Set();
  #pointsMax = 0; // not known before the server tells
  #membersChanged = true;
  #metricsChanged = true;

  get size() {
    return this.#series.size;
  }

  get all() {
    return this.#series.values();
  }

  // Names of metrics, in order.
  get metrics() {
    return [...this.#metrics].sort();
  }

  // Points of a history that are kept.
  keep(points) {
    this.#pointsMax = points;
  }

  // Takes a reading, with the series' history if the server sent it. A history that is shorter than
  // what is here already is not taken.
  take(reading, history) {
    const key = `${reading.sensor}\u0000${reading.metric}`;
    let s = this.#series.get(key);
    if (!s) {
      s = { key, history: history ?? [] };
      this.#series.set(key, s);
      this.#membersChanged = true;
      if (!this.#metrics.has(reading.metric)) {
        this.#metrics.add(reading.metric);
        this.#metricsChanged = true;
      }
    } else if (history && history.length > s.history.length) {
      s.history = history;
    }
    Object.assign(s, reading, { seenMs: Date.parse(reading.timestamp) });
    this.#changed.add(s);
  }

  // Adds each series' newest value to its history, once a second.
  sample() {
    for (const s of this.#series.values()) {
      s.history.push(s.value);
      while (s.history.length > this.#pointsMax) s.history.shift();
      this.#changed.add(s);
    }
  }

  // Series whose sensor's name contains `text`, of one metric or of every, by name.
  matching(text, metric) {
    const part = text.trim().toLowerCase();
    return [...this.#series.values()]
      .filter((s) => (!metric || s.metric === metric) && s.sensor.toLowerCase().includes(part))
      .sort((a, b) => byName(a.sensor, b.sensor) || byName(a.metric, b.metric));
  }

  // Marks every series as changed.
  touch() {
    for (const s of this.#series.values()) this.#changed.add(s);
  }

  // The series that changed since this was asked before.
  takeChanged() {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  // Whether there are other series than when this was asked before.
  takeMembersChanged() {
    const changed = this.#membersChanged;
    this.#membersChanged = false;
    return changed;
  }

  // Whether there are other metrics than when this was asked before.
  takeMetricsChanged() {
    const changed = this.#metricsChanged;
    this.#metricsChanged = false;
    return changed;
  }
}
