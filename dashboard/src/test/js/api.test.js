import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { follow, retryAfterMs } from "../../main/resources/dashboard/web/api/events.js";
import { fetchDevices, fetchStatus } from "../../main/resources/dashboard/web/api/status.js";

// A browser whose streams and timers do what a test tells them.
class BrowserThatIsTold {
  streams = [];
  timers = [];

  constructor() {
    const streams = this.streams;
    this.EventSource = class extends EventTarget {
      static CONNECTING = 0;
      static OPEN = 1;
      static CLOSED = 2;
      readyState = 0;

      constructor(url) {
        super();
        this.url = url;
        streams.push(this);
      }
    };
    this.setTimeout = (call, ms) => this.timers.push({ call, ms });
  }

  get stream() {
    return this.streams.at(-1);
  }

  open() {
    this.stream.readyState = 1;
    this.stream.onopen();
  }

  send(name, data) {
    this.stream.dispatchEvent(Object.assign(new Event(name), { data }));
  }

  // The connection breaks, and the browser tries again by itself, or gives up.
  fail({ givesUp }) {
    this.stream.readyState = givesUp ? 2 : 0;
    this.stream.onerror();
  }

  passTime() {
    this.timers.shift().call();
  }
}

function followed() {
  const browser = new BrowserThatIsTold();
  const seen = [];
  follow(
    "/events",
    {
      takers: {
        readings: (list) => seen.push(["readings", list]),
        missed: (m) => seen.push(["missed", m]),
      },
      opened: () => seen.push("opened"),
      lost: () => seen.push("lost"),
    },
    browser,
  );
  return { browser, seen };
}

describe("events", () => {
  test("eachEventGoesParsedToItsTakerAndOthersToNone", () => {
    const { browser, seen } = followed();
    assert.equal(browser.stream.url, "/events");
    browser.open();
    browser.send("readings", '[{"sensor":"s1","value":1.5}]');
    browser.send("unheard-of", "{}");
    browser.send("missed", '{"readings":3,"commands":1}');
    assert.deepEqual(seen, [
      "opened",
      ["readings", [{ sensor: "s1", value: 1.5 }]],
      ["missed", { readings: 3, commands: 1 }],
    ]);
  });

  test("whileTheBrowserTriesAgainWeDoNot", () => {
    const { browser, seen } = followed();
    browser.open();
    browser.fail({ givesUp: false });
    browser.open();
    assert.deepEqual(seen, ["opened", "lost", "opened"]);
    assert.equal(browser.streams.length, 1);
    assert.equal(browser.timers.length, 0);
  });

  test("whenTheBrowserGivesUpWeTryAgainEverLater", () => {
    const { browser, seen } = followed();
    const waits = [];
    for (let i = 0; i < 8; i++) {
      browser.fail({ givesUp: true });
      assert.equal(browser.timers.length, 1, "one timer at a time");
      waits.push(browser.timers[0].ms);
      browser.passTime();
      assert.equal(browser.streams.length, i + 2);
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
    browser.open();
    browser.send("readings", "[]");
    assert.deepEqual(seen.slice(-2), ["opened", ["readings", []]]);
  });

  test("afterASuccessTheFirstRetryIsSoonAgain", () => {
    const { browser } = followed();
    for (let i = 0; i < 4; i++) {
      browser.fail({ givesUp: true });
      browser.passTime();
    }
    browser.open();
    browser.fail({ givesUp: true });
    assert.equal(browser.timers[0].ms, 1000);
  });

  test("aRetryNeverWaitsForLong", () => {
    for (const tries of [10, 100, 10_000]) assert.equal(retryAfterMs(tries), 15_000);
  });
});

describe("requests", () => {
  const answer = (status, body) => async (url) =>
    new Response(JSON.stringify({ url, ...body }), { status, statusText: `status ${status}` });

  test("theStatusIsWhatTheServerSays", async () => {
    const status = await fetchStatus(answer(200, { ready: true }));
    assert.deepEqual(status, { url: "/api/v1/status", ready: true });
  });

  test("aStatusThatIsRefusedIsAnError", async () => {
    await assert.rejects(fetchStatus(answer(503)), /status 503/);
  });

  test("devicesThatAreRefusedAreNone", async () => {
    assert.deepEqual(await fetchDevices(answer(200, { devices: [{ device_id: "d" }] })), [
      { device_id: "d" },
    ]);
    assert.deepEqual(await fetchDevices(answer(403)), []);
  });
});
