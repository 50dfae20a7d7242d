import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ServerClock } from "../../main/resources/dashboard/web/state/clock.js";
import { CommandsState } from "../../main/resources/dashboard/web/state/commands.js";
import {
  LOST,
  WAITING,
  connectionOf,
  connectionText,
} from "../../main/resources/dashboard/web/state/connection.js";
import { DevicesState } from "../../main/resources/dashboard/web/state/devices.js";
import { figures } from "../../main/resources/dashboard/web/state/figures.js";
import { Model } from "../../main/resources/dashboard/web/state/model.js";
import { SeriesState, isLate } from "../../main/resources/dashboard/web/state/series.js";
import { random } from "./web.js";

const reading = (sensor, metric, value) => ({
  sensor,
  metric,
  value,
  timestamp: "2026-01-01T00:00:00Z",
});

const command = (id, device, sequence, more) => ({
  id,
  device_id: device,
  sequence,
  turn_on: true,
  rule: "r",
  issued_at: new Date(sequence * 1000).toISOString(),
  ...more,
});

// Items in an order that is the same in every run, and not theirs.
function shuffled(items) {
  const next = random(3);
  return items
    .map((item) => [next(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

describe("series", () => {
  test("aSeriesIsASensorWithAMetricAndHasItsNewestReading", () => {
    const state = new SeriesState();
    state.take(reading("s", "a", 1));
    state.take(reading("s", "b", 2));
    state.take(reading("s", "a", 3));
    assert.equal(state.size, 2);
    assert.deepEqual(
      state.matching("", "").map((s) => [s.metric, s.value]),
      [
        ["a", 3],
        ["b", 2],
      ],
    );
    assert.deepEqual(state.metrics, ["a", "b"]);
  });

  test("namesThatRunTogetherAreDifferentSeries", () => {
    const state = new SeriesState();
    state.take(reading("ab", "c", 1));
    state.take(reading("a", "bc", 2));
    state.take(reading("a b", "c", 3));
    state.take(reading("a", "b c", 4));
    assert.equal(state.size, 4);
  });

  test("aHistoryHasAtMostSoManyPointsAndTheNewestAreKept", () => {
    const state = new SeriesState();
    state.keep(90);
    state.take(reading("s", "m", 0), []);
    for (let i = 1; i <= 200; i++) {
      state.take(reading("s", "m", i));
      state.sample();
      const [s] = state.all;
      assert.equal(s.history.length, Math.min(i, 90));
      assert.equal(s.history.at(-1), i);
      assert.equal(s.history[0], Math.max(1, i - 89));
    }
  });

  test("beforeTheServerSaidHowManyThereAreNoPoints", () => {
    const state = new SeriesState();
    state.take(reading("s", "m", 1));
    state.sample();
    state.sample();
    assert.deepEqual([...state.all][0].history, []);
  });

  test("aLongerHistoryOfTheServerIsTakenAndAShorterIsNot", () => {
    const state = new SeriesState();
    state.keep(90);
    state.take(reading("s", "m", 1), [1, 2, 3]);
    const [s] = state.all;
    state.take(reading("s", "m", 1), [9, 9]);
    assert.deepEqual(s.history, [1, 2, 3]);
    state.take(reading("s", "m", 1), [0, 1, 2, 3]);
    assert.deepEqual(s.history, [0, 1, 2, 3]);
  });

  test("changesAreToldOnce", () => {
    const state = new SeriesState();
    state.take(reading("s1", "m", 1));
    state.take(reading("s2", "m", 1));
    state.take(reading("s1", "m", 2));
    const names = (set) => [...set].map((s) => s.sensor);
    assert.deepEqual(names(state.takeChanged()), ["s1", "s2"]);
    assert.deepEqual(names(state.takeChanged()), []);
    state.take(reading("s2", "m", 2));
    assert.deepEqual(names(state.takeChanged()), ["s2"]);
    state.touch();
    assert.deepEqual(names(state.takeChanged()), ["s1", "s2"]);
  });

  test("membersAndMetricsChangeOnlyWithAFirst", () => {
    const state = new SeriesState();
    assert.equal(state.takeMembersChanged(), true, "nothing was painted yet");
    state.takeMetricsChanged();
    const asks = [];
    for (const r of [
      reading("s1", "a", 1),
      reading("s1", "a", 2),
      reading("s2", "a", 1),
      reading("s2", "b", 1),
    ]) {
      state.take(r);
      asks.push([state.takeMembersChanged(), state.takeMetricsChanged()]);
    }
    assert.deepEqual(asks, [
      [true, true],
      [false, false],
      [true, false],
      [true, true],
    ]);
  });

  test("aSearchFindsPartsOfNamesInEitherCaseByMetricAndInOrder", () => {
    const state = new SeriesState();
    for (const sensor of shuffled(["Field-10", "field-2", "barn"]))
      for (const metric of ["wind", "rain"]) state.take(reading(sensor, metric, 1));
    const found = (text, metric) =>
      state.matching(text, metric).map((s) => `${s.sensor} ${s.metric}`);
    assert.deepEqual(found("  FIELD ", ""), [
      "field-2 rain",
      "field-2 wind",
      "Field-10 rain",
      "Field-10 wind",
    ]);
    assert.deepEqual(found("", "wind"), ["barn wind", "field-2 wind", "Field-10 wind"]);
    assert.deepEqual(found("barn", "snow"), []);
  });

  test("aReadingIsLateAfterAMinute", () => {
    assert.equal(isLate(60_000), false);
    assert.equal(isLate(60_001), true);
  });
});

describe("commands", () => {
  test("theLatestComeFirstHoweverTheyArrived", () => {
    const all = Array.from({ length: 50 }, (_, i) => command(`c${i}`, "d", i));
    const state = new CommandsState();
    shuffled(all).forEach((c) => state.take(c));
    assert.deepEqual(
      state.latest(14).map((c) => c.id),
      Array.from({ length: 14 }, (_, i) => `c${49 - i}`),
    );
  });

  test("commandsOfOneMomentGoBySequence", () => {
    const state = new CommandsState();
    const at = { issued_at: "2026-01-01T00:00:00Z" };
    for (const i of [2, 3, 1]) state.take(command(`c${i}`, "d", i, at));
    assert.deepEqual(
      state.latest(3).map((c) => c.sequence),
      [3, 2, 1],
    );
  });

  test("aCommandThatChangesIsThereOnceAsItIsNow", () => {
    const state = new CommandsState();
    for (const s of ["issued", "sent", "acknowledged"])
      state.take(command("c", "d", 1, { state: s }));
    assert.deepEqual(
      state.latest(10).map((c) => c.state),
      ["acknowledged"],
    );
  });

  test("commandsAreBoundedAndThoseThatChangedLastAreKept", () => {
    const state = new CommandsState();
    for (let i = 0; i < 1000; i++) {
      state.take(command(`c${i}`, `d${i}`, i));
      if (i % 150 === 0) state.take(command("c0", "d0", 0));
      assert.equal(state.latest(10_000).at(-1).id, "c0", `after ${i}`);
    }
    const kept = state.latest(10_000);
    assert.equal(kept.length, 200);
    assert.equal(kept[0].id, "c999");
  });

  test("anActuatorIsAsItsNewestCommandSaysHoweverTheyArrived", () => {
    const all = Array.from({ length: 20 }, (_, i) =>
      command(`c${i}`, "valve", i, { turn_on: i % 2 === 1 }),
    );
    const state = new CommandsState();
    shuffled(all).forEach((c) => state.take(c));
    assert.deepEqual(
      state.actuators().map((c) => [c.device_id, c.sequence, c.turn_on]),
      [["valve", 19, true]],
    );
  });

  test("theStatusSaysOnlyWhatNoCommandSaid", () => {
    const state = new CommandsState();
    state.take(command("c", "valve", 5, { turn_on: true }));
    const since = "2026-01-01T00:00:00Z";
    state.takeActuator({ device_id: "valve", on: false, since, rule: "old" });
    state.takeActuator({ device_id: "pump", on: false, since, rule: "old" });
    const [valve, pump] = state.actuators();
    assert.equal(valve.turn_on, true);
    assert.deepEqual([pump.device_id, pump.turn_on, pump.issued_at], ["pump", false, since]);
    state.take(command("c2", "pump", 1, { turn_on: true }));
    assert.equal(state.actuators()[0].device_id, "pump");
  });

  test("whatIsOnComesFirstThenNamesInOrder", () => {
    const state = new CommandsState();
    const on = (device, turn_on) => command(`of ${device}`, device, 1, { turn_on });
    shuffled([on("v10", true), on("v2", true), on("a", false), on("b", false)]).forEach((c) =>
      state.take(c),
    );
    assert.deepEqual(
      state.actuators().map((c) => c.device_id),
      ["v2", "v10", "a", "b"],
    );
  });
});

describe("devices", () => {
  const device = (device_id, presence) => ({ device_id, presence });

  test("whoNeedsALookComesFirst", () => {
    const state = new DevicesState();
    const inOrder = [
      device("z2", "offline"),
      device("z10", "offline"),
      device("y", "unconfirmed"),
      device("x", "unknown"),
      device("a", "online"),
      device("b", "online"),
    ];
    shuffled(inOrder).forEach((d) => state.take(d));
    assert.deepEqual(state.inOrder(), inOrder);
  });

  test("aDeviceIsAsItWasToldLast", () => {
    const state = new DevicesState();
    assert.equal(state.isOffline("d"), false);
    state.take(device("d", "offline"));
    assert.equal(state.isOffline("d"), true);
    state.take(device("d", "online"));
    assert.equal(state.isOffline("d"), false);
    assert.equal(state.inOrder().length, 1);
  });

  test("aDeviceWithoutPresenceIsNotShown", () => {
    const state = new DevicesState();
    state.take(device("d", null));
    assert.deepEqual(state.inOrder(), []);
  });
});

describe("connection", () => {
  const words = { connecting: "c", live: "l", lost: "x", notReady: "n" };

  test("aServerThatDoesNotStoreIsLostWithItsReason", () => {
    assert.deepEqual(connectionOf({ ready: true, reason: "" }), { state: "live" });
    const full = connectionOf({ ready: false, reason: "the disk is full" });
    assert.equal(full.state, "lost");
    assert.equal(connectionText(full, words), "n: the disk is full");
  });

  test("everyStateHasItsWord", () => {
    assert.equal(connectionText(WAITING, words), "c");
    assert.equal(connectionText(connectionOf({ ready: true }), words), "l");
    assert.equal(connectionText(LOST, words), "x");
  });
});

describe("figures", () => {
  test("devicesAreCountedWhateverTheirPresence", () => {
    const presence = { online: 4, unconfirmed: 3, offline: 2, unknown: 1 };
    const state = { presence, readings_per_second: 7.5, commit_p99_ms: 0 };
    assert.deepEqual(figures(state), { rate: 7.5, commitMs: 0, online: 4, devices: 10 });
  });

  test("aCommitTimeThatIsNotKnownIsNull", () => {
    const presence = { online: 0, unconfirmed: 0, offline: 0, unknown: 0 };
    for (const more of [{}, { commit_p99_ms: null }])
      assert.equal(figures({ presence, readings_per_second: 0, ...more }).commitMs, null);
  });
});

describe("model", () => {
  const status = {
    now: "2026-01-01T00:01:00Z",
    history_points: 3,
    series: [{ ...reading("s", "m", 4), history: [1, 2, 3] }],
    commands: [command("c2", "valve", 2), command("c1", "valve", 1, { turn_on: false })],
    devices: [
      { device_id: "valve", on: true, since: "1970-01-01T00:00:02Z", rule: "r" },
      { device_id: "pump", on: false, since: "1970-01-01T00:00:00Z", rule: "r" },
    ],
  };

  test("aStatusIsAllThatIsPaintedFirst", () => {
    const model = new Model();
    model.takeStatus(status, 0);
    assert.equal(model.series.size, 1);
    assert.deepEqual(
      model.commands.latest(9).map((c) => c.id),
      ["c2", "c1"],
    );
    assert.deepEqual(
      model.commands.actuators().map((c) => c.device_id),
      ["valve", "pump"],
    );
    assert.equal(model.clock.now(0), Date.parse(status.now));
  });

  test("theOldestCommandsOfAStatusAreForgottenFirst", () => {
    const model = new Model();
    model.takeStatus(status, 0);
    model.takeCommands(Array.from({ length: 199 }, (_, i) => command(`n${i}`, "d", 3 + i)));
    assert.equal(model.commands.latest(999).at(-1).id, "c2");
  });

  test("theServerSaysHowManyPointsAreKept", () => {
    const model = new Model();
    model.takeStatus(status, 0);
    model.series.sample();
    assert.deepEqual([...model.series.all][0].history, [2, 3, 4]);
  });

  test("aStatusThatComesAgainChangesNothing", () => {
    const model = new Model();
    const look = () =>
      structuredClone([
        model.series.matching("", ""),
        model.commands.latest(99),
        model.commands.actuators(),
      ]);
    model.takeStatus(structuredClone(status), 0);
    const before = look();
    model.takeStatus(structuredClone(status), 0);
    assert.deepEqual(look(), before);
  });

  test("theSideIsPaintedAgainOnlyForWhatItShows", () => {
    const model = new Model();
    assert.equal(model.takeSideChanged(), true, "nothing was painted yet");
    model.takeReadings([reading("s", "m", 1)]);
    assert.equal(model.takeSideChanged(), false);
    model.takeCommands([command("c", "d", 1)]);
    assert.equal(model.takeSideChanged(), true);
    model.takeDevices([{ device_id: "d", presence: "online" }]);
    assert.equal(model.takeSideChanged(), true);
    assert.equal(model.takeSideChanged(), false);
  });
});

describe("clock", () => {
  test("agesAreToldByTheServersClock", () => {
    const clock = new ServerClock();
    assert.equal(clock.now(5), 5);
    clock.set("1970-01-01T00:01:00Z", 10_000);
    assert.equal(clock.now(10_000), 60_000);
    assert.equal(clock.now(12_500), 62_500);
  });
});
