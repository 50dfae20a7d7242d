// The live page: one snapshot, then server-sent events. State is a map of series; a frame paints what
// changed since the last one.
import { chart, color, sparkline } from "./chart.js";
import {
  ageText,
  clockText,
  countText,
  metricName,
  rateText,
  translate,
  valueText,
  words,
} from "./words.js";

const TILES_MAX = 240;
const HISTORY_POINTS = 90;
const COMMANDS_SHOWN = 14;
const GATEWAYS_SHOWN = 30;
const OLD_AFTER_MS = 60_000;

const $ = (id) => document.getElementById(id);
const element = (tag, className, text) => {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
};

const names = new Intl.Collator(undefined, { numeric: true });
const byName = (a, b) => names.compare(a, b);

const series = new Map(); // "sensor metric" → what is known of it
const devices = new Map(); // device → its newest command
const gateways = new Map(); // device → how it is connected
const commands = new Map(); // id → command, oldest first
const metrics = new Set();
const changed = new Set();
let clockOffsetMs = 0; // the server's clock minus ours
let layoutStale = true;
let sideStale = true;
let open = null; // the series of the dialog

translate(document);
$("example").textContent =
  `curl --json '{"sensor_id": "s1", "value": 21.5}' ${location.origin}/api/v1/readings`;

// --- what comes in

const key = (r) => `${r.sensor}\u0000${r.metric}`;

function takeReading(r, history) {
  let s = series.get(key(r));
  if (!s) {
    s = { key: key(r), history: history ?? [], sampled: 0 };
    series.set(s.key, s);
    layoutStale = true;
    if (!metrics.has(r.metric)) {
      metrics.add(r.metric);
      paintMetrics();
    }
  } else if (history && history.length > s.history.length) {
    s.history = history;
  }
  Object.assign(s, r, { seenMs: Date.parse(r.timestamp) });
  changed.add(s);
}

function takeCommand(c) {
  commands.delete(c.id);
  commands.set(c.id, c);
  const newest = devices.get(c.device_id);
  if (!newest || c.sequence >= newest.sequence) devices.set(c.device_id, c);
  while (commands.size > 200) commands.delete(commands.keys().next().value);
  sideStale = true;
}

function takeDevice(d) {
  if (d.presence === null) return;
  gateways.set(d.device_id, d);
  sideStale = true;
}

function takeState(s) {
  const { online, unconfirmed, offline, unknown } = s.presence;
  const all = online + unconfirmed + offline + unknown;
  $("online-box").hidden = all === 0;
  $("online").textContent = `${countText(online)} / ${countText(all)}`;
  $("rate").textContent = rateText(s.readings_per_second);
  if (s.commit_p99_ms !== undefined && s.commit_p99_ms !== null) {
    $("commit-box").hidden = false;
    $("commit").textContent = `${valueText(s.commit_p99_ms)} ms`;
  }
}

function showConnection(state, text) {
  $("connection").className = `pill ${state}`;
  $("connection-text").textContent = text;
}

async function loadStatus() {
  const response = await fetch("/api/v1/status");
  if (!response.ok) throw new Error(response.statusText);
  const status = await response.json();
  clockOffsetMs = Date.parse(status.now) - Date.now();
  for (const s of status.series) {
    const { history, ...reading } = s;
    takeReading(reading, history);
  }
  for (const c of [...status.commands].reverse()) takeCommand(c);
  for (const d of status.devices)
    if (!devices.has(d.device_id))
      devices.set(d.device_id, {
        device_id: d.device_id,
        turn_on: d.on,
        issued_at: d.since,
        rule: d.rule,
        sequence: 0,
      });
  const answer = await fetch("/api/v1/devices");
  if (answer.ok) (await answer.json()).devices.forEach(takeDevice);
  takeState(status);
  if (status.ready) showConnection("live", words.live);
  else showConnection("lost", `${words.notReady}: ${status.reason}`);
  sideStale = true;
  layoutStale = true;
}

let timer = 0;
let tries = 0;

function follow() {
  const events = new EventSource("/api/v1/events");
  const on = (name, take) =>
    events.addEventListener(name, (e) => take(JSON.parse(e.data)));
  on("readings", (list) => list.forEach((r) => takeReading(r)));
  on("commands", (list) => list.forEach(takeCommand));
  on("devices", (list) => list.forEach(takeDevice));
  on("state", takeState);
  on("missed", (m) => console.info(words.missed(m.readings + m.commands)));
  events.onopen = () => {
    tries = 0;
    loadStatus().catch((e) => console.warn(e));
  };
  events.onerror = () => {
    showConnection("lost", words.lost);
    // The browser gives up on an answer that is not a stream; we do not.
    if (events.readyState === EventSource.CLOSED) {
      clearTimeout(timer);
      timer = setTimeout(follow, Math.min(15_000, 1000 * 2 ** tries++));
    }
  };
}

// --- what is seen

function paintMetrics() {
  const select = $("metric");
  const chosen = select.value;
  select.replaceChildren(
    new Option(words.everyMetric, ""),
    ...[...metrics].sort().map((m) => new Option(metricName(m), m)),
  );
  select.value = chosen;
}

const tints = { temperature: "--warm", humidity: "--wet", soil_moisture: "--wet", rain: "--wet" };
const tintOf = (metric) => color(tints[metric] ?? "--tint");

function makeTile(s) {
  const tile = element("button", "tile");
  tile.type = "button";
  const name = element("span", "name", s.sensor);
  name.title = s.sensor;
  const source = element("span", "source");
  const head = element("span", "tile-head");
  head.append(name, source);
  const metric = element("span", "metric", metricName(s.metric));
  const value = element("span", "value");
  const number = element("span", "number");
  const unit = element("span", "unit");
  value.append(number, unit);
  const spark = element("canvas", "spark");
  spark.setAttribute("aria-hidden", "true");
  const foot = element("span", "foot");
  const average = element("span");
  const age = element("span", "age");
  foot.append(average, age);
  tile.append(head, metric, value, spark, foot);
  tile.addEventListener("click", () => showDetail(s));
  s.tile = { tile, number, unit, source, spark, average, age };
  changed.add(s);
}

function matching() {
  const text = $("filter").value.trim().toLowerCase();
  const metric = $("metric").value;
  return [...series.values()]
    .filter((s) => (!metric || s.metric === metric) && s.sensor.toLowerCase().includes(text))
    .sort((a, b) => byName(a.sensor, b.sensor) || byName(a.metric, b.metric));
}

function paintLayout() {
  const all = matching();
  const shown = all.slice(0, TILES_MAX);
  const visible = new Set(shown);
  for (const s of series.values()) if (!visible.has(s)) s.tile = undefined;
  for (const s of shown) if (!s.tile) makeTile(s);
  $("sensors").replaceChildren(...shown.map((s) => s.tile.tile));
  $("empty").hidden = series.size > 0;
  $("more").hidden = series.size === 0 || (shown.length > 0 && all.length === shown.length);
  $("more").textContent =
    shown.length === 0 ? words.noMatch : words.more(all.length - shown.length);
  $("series").textContent = countText(series.size);
}

function paintTile(s) {
  const t = s.tile;
  t.number.textContent = valueText(s.value);
  t.unit.textContent = s.unit ?? "";
  t.source.textContent = s.source ?? "";
  t.average.textContent = `${words.average} ${valueText(s.average)}`;
  sparkline(t.spark, s.history, tintOf(s.metric));
}

function paintAges(now) {
  for (const s of series.values()) {
    if (!s.tile) continue;
    const age = now - s.seenMs;
    s.tile.age.textContent = ageText(age);
    const old = age > OLD_AFTER_MS;
    s.tile.tile.classList.toggle("old", old);
    s.tile.tile.title = old ? words.late : "";
  }
}

function paintSide() {
  const list = [...devices.values()].sort(
    (a, b) => Number(b.turn_on) - Number(a.turn_on) || byName(a.device_id, b.device_id),
  );
  $("on").textContent = `${list.filter((d) => d.turn_on).length} / ${list.length}`;
  $("no-devices").hidden = list.length > 0;
  $("devices").replaceChildren(
    ...list.slice(0, 60).map((d) => {
      const item = element("li", d.turn_on ? "device on" : "device");
      const away = gateways.get(d.device_id)?.presence === "offline";
      const lamp = element("span", "lamp");
      lamp.setAttribute("aria-hidden", "true");
      const name = element("span", "name", d.device_id);
      const rule = element("span", "rule quiet", d.rule);
      if (away) rule.prepend(element("span", "away", words.present.offline), " · ");
      const state = element("span", "state", d.turn_on ? words.isOn : words.isOff);
      const since = element("span", "since quiet", `${words.since} ${clockText(Date.parse(d.issued_at))}`);
      item.append(lamp, name, state, rule, since);
      return item;
    }),
  );
  paintGateways();
  const latest = [...commands.values()]
    .sort((a, b) => Date.parse(b.issued_at) - Date.parse(a.issued_at) || b.sequence - a.sequence)
    .slice(0, COMMANDS_SHOWN);
  $("no-commands").hidden = latest.length > 0;
  $("commands").replaceChildren(
    ...latest.map((c) => {
      const item = element("li", "command");
      const time = element("time", "quiet", clockText(Date.parse(c.issued_at)));
      time.dateTime = c.issued_at;
      const what = element("span", "what");
      what.append(
        element("strong", "", c.device_id),
        element("span", c.turn_on ? "switch on" : "switch", c.turn_on ? words.turnOn : words.turnOff),
      );
      const seen = c.average === null ? "" : ` · ${words.average} ${valueText(c.average)}`;
      const why = element("span", "why quiet", `${c.rule}${seen}`);
      item.append(time, what, element("span", `badge ${c.state}`, words[c.state] ?? c.state), why);
      return item;
    }),
  );
}

// Who needs a look comes first: the absent, the expected, those that never said, then all others by name.
const presenceOrder = { offline: 0, unconfirmed: 1, unknown: 2, online: 3 };

function paintGateways() {
  const list = [...gateways.values()].sort(
    (a, b) =>
      presenceOrder[a.presence] - presenceOrder[b.presence] || byName(a.device_id, b.device_id),
  );
  $("gateways-box").hidden = list.length === 0;
  $("gateways-jump").hidden = list.length === 0;
  $("more-gateways").hidden = list.length <= GATEWAYS_SHOWN;
  $("more-gateways").textContent = words.moreDevices(list.length - GATEWAYS_SHOWN);
  $("gateways").replaceChildren(
    ...list.slice(0, GATEWAYS_SHOWN).map((d) => {
      const item = element("li", `gateway ${d.presence}`);
      const lamp = element("span", "lamp");
      lamp.setAttribute("aria-hidden", "true");
      const gone = d.presence !== "online";
      const how = gone
        ? [`${words.lastSeen} ${clockText(Date.parse(d.last_seen))}`, d.reason]
        : [d.client, d.address];
      const detail = element("span", "detail quiet", how.filter(Boolean).join(" · "));
      detail.title = detail.textContent;
      item.append(
        lamp,
        element("span", "name", d.device_id),
        element("span", "state", words.present[d.presence]),
        detail,
      );
      if (d.error) {
        const error = element("span", "error", `${clockText(Date.parse(d.error.at))} ${d.error.text}`);
        error.title = d.error.text;
        item.append(error);
      }
      return item;
    }),
  );
}

// --- one series

function showDetail(s) {
  open = s;
  $("detail-title").textContent = s.sensor;
  $("detail").showModal();
  paintDetail();
}

function paintDetail() {
  const s = open;
  if (!s) return;
  const unit = s.unit ?? "";
  $("detail-sub").textContent = [metricName(s.metric), s.source, words.history]
    .filter(Boolean)
    .join(" · ");
  chart($("detail-chart"), s.history, s.average, tintOf(s.metric), valueText);
  $("detail-chart").setAttribute("aria-label", `${s.sensor}: ${valueText(s.value)} ${unit}`);
  const figures = [
    [metricName(s.metric), `${valueText(s.value)} ${unit}`],
    [words.average, `${valueText(s.average)} ${unit}`],
    [words.min, `${valueText(s.min)} ${unit}`],
    [words.max, `${valueText(s.max)} ${unit}`],
    [words.readings, countText(s.count)],
  ];
  $("detail-figures").replaceChildren(
    ...figures.map(([name, value]) => {
      const box = element("div");
      box.append(element("dt", "", name), element("dd", "", value));
      return box;
    }),
  );
}

$("detail-close").addEventListener("click", () => $("detail").close());
$("detail").addEventListener("close", () => (open = null));
$("detail").addEventListener("click", (e) => {
  if (e.target === $("detail")) $("detail").close();
});
for (const id of ["filter", "metric"])
  $(id).addEventListener("input", () => {
    layoutStale = true;
  });
// What is drawn on a canvas follows neither the window's width nor the system's colours by itself.
function redraw() {
  for (const s of series.values()) changed.add(s);
}
addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// --- time

function sample() {
  for (const s of series.values()) {
    s.history.push(s.value);
    if (s.history.length > HISTORY_POINTS) s.history.shift();
    changed.add(s);
  }
  paintAges(Date.now() + clockOffsetMs);
}

function frame() {
  if (layoutStale) {
    layoutStale = false;
    paintLayout();
    paintAges(Date.now() + clockOffsetMs);
  }
  if (sideStale) {
    sideStale = false;
    paintSide();
  }
  for (const s of changed) if (s.tile) paintTile(s);
  if (open && changed.has(open)) paintDetail();
  changed.clear();
}

// Four frames a second are calm to look at, whatever comes in.
setInterval(() => document.hidden || requestAnimationFrame(frame), 250);
setInterval(sample, 1000);
showConnection("waiting", words.connecting);
paintMetrics();
loadStatus()
  .catch((e) => console.warn(e))
  .finally(() => {
    requestAnimationFrame(frame);
    follow();
  });
