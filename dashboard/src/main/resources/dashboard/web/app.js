// The live page: one snapshot, then server-sent events. Both go into a model; a frame paints what
// changed since the last one.
import { follow } from "./api/events.js";
import { fetchDevices, fetchStatus } from "./api/status.js";
import { languageFor, speak } from "./i18n/language.js";
import { LOST, WAITING, connectionOf } from "./state/connection.js";
import { figures } from "./state/figures.js";
import { Model } from "./state/model.js";
import { actuatorsView } from "./views/actuators.js";
import { COMMANDS_SHOWN, commandsView } from "./views/commands.js";
import { detailView } from "./views/detail.js";
import { devicesView } from "./views/devices.js";
import { translate } from "./views/document.js";
import { filterView } from "./views/filter.js";
import { headView } from "./views/head.js";
import { tilesView } from "./views/tiles.js";

// Four frames a second are calm to look at, whatever comes in.
const FRAME_MS = 250;
const SAMPLE_MS = 1000;

const speech = speak(languageFor(navigator.language));
const model = new Model();
let layoutStale = true;

translate(speech);
const head = headView(speech);
const filter = filterView(speech, () => (layoutStale = true));
const detail = detailView(speech);
const tiles = tilesView(speech, detail.show);
const actuators = actuatorsView(speech);
const devices = devicesView(speech);
const commands = commandsView(speech);

// --- what comes in

async function load() {
  const status = await fetchStatus();
  model.takeStatus(status, Date.now());
  model.takeDevices(await fetchDevices());
  head.paintFigures(figures(status));
  head.paintConnection(connectionOf(status));
  layoutStale = true;
}

const loadOrWarn = () => load().catch((e) => console.warn(e));

const stream = {
  takers: {
    readings: (list) => model.takeReadings(list),
    commands: (list) => model.takeCommands(list),
    devices: (list) => model.takeDevices(list),
    state: (state) => head.paintFigures(figures(state)),
    missed: (m) => console.info(speech.words.missed(m.readings + m.commands)),
  },
  opened: loadOrWarn,
  lost: () => head.paintConnection(LOST),
};

// --- what is seen

const serverNow = () => model.clock.now(Date.now());

function frame() {
  const { series } = model;
  if (series.takeMetricsChanged()) filter.paintMetrics(series.metrics);
  if (series.takeMembersChanged() || layoutStale) {
    layoutStale = false;
    tiles.paintLayout(series.matching(filter.text, filter.metric), series.size);
    tiles.paintAges(serverNow());
  }
  if (model.takeSideChanged()) {
    actuators.paint(model.commands.actuators(), (id) => model.devices.isOffline(id));
    devices.paint(model.devices.inOrder());
    commands.paint(model.commands.latest(COMMANDS_SHOWN));
  }
  const changed = series.takeChanged();
  tiles.paintValues(changed);
  detail.paintValues(changed);
}

function sample() {
  model.series.sample();
  tiles.paintAges(serverNow());
}

// What is drawn on a canvas follows neither the window's width nor the system's colours by itself.
const redraw = () => model.series.touch();
addEventListener("resize", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

setInterval(() => document.hidden || requestAnimationFrame(frame), FRAME_MS);
setInterval(sample, SAMPLE_MS);
head.paintConnection(WAITING);
filter.paintMetrics([]);
loadOrWarn().finally(() => {
  requestAnimationFrame(frame);
  follow("/api/v1/events", stream);
});
