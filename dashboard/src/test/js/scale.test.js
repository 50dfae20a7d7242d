import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  axes,
  linear,
  range,
  sparkPoints,
  ticks,
} from "../../main/resources/dashboard/web/charts/scale.js";
import { random } from "./web.js";

// Lists of 2 to 90 values around a level, of many sizes; half of them nearly constant.
function* series() {
  const next = random(8);
  for (let i = 0; i < 500; i++) {
    const level = (next() - 0.5) * 10 ** Math.floor(next() * 12 - 4);
    const spread = Math.abs(level) * (i % 2 ? 1 : 1e-6);
    const length = 2 + Math.floor(next() * 89);
    yield Array.from({ length }, () => level + (next() - 0.5) * spread);
  }
}

const close = (a, b, size) => Math.abs(a - b) <= 1e-6 * Math.abs(size);

describe("range", () => {
  test("everyValueIsInIt", () => {
    for (const values of series()) {
      const { low, high } = range(values);
      assert.ok(low <= Math.min(...values) && high >= Math.max(...values));
    }
  });

  test("itIsNeverEmptyAndNoiseDoesNotFillIt", () => {
    for (const level of [-273, -1, 0, 1e-12, 21, 1e12]) {
      const { low, high } = range([level, level]);
      assert.ok(high > low, `${level}`);
    }
    const { low, high } = range([20, 20.001]);
    assert.ok((20.001 - 20) / (high - low) < 0.01);
  });

  test("whatSpreadsEnoughIsTakenAsItIs", () => {
    assert.deepEqual(range([3, 1, 2]), { low: 1, high: 3 });
  });
});

describe("ticks", () => {
  test("theyAreInTheRangeFewAndEvenlySpaced", () => {
    for (const values of series()) {
      const { low, high } = range(values);
      const all = ticks(low, high, 5);
      assert.ok(all.length >= 1 && all.length <= 6, `${all.length} from ${low} to ${high}`);
      const slack = (high - low) * 1e-6;
      for (const t of all) assert.ok(t >= low - slack && t <= high + slack);
      for (let i = 2; i < all.length; i++)
        assert.ok(close(all[i] - all[i - 1], all[1] - all[0], Math.max(high - low, 1e-9 * high)));
    }
  });

  test("stepsAreOneTwoOrFive", () => {
    assert.deepEqual(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(ticks(-1, 1, 5), [-1, -0.5, 0, 0.5, 1]);
    assert.deepEqual(ticks(101, 149, 5), [110, 120, 130, 140]);
    for (const values of series()) {
      const { low, high } = range(values);
      const [a, b] = ticks(low, high, 5);
      if (b === undefined) continue;
      const step = b - a;
      const mantissa = step / 10 ** Math.floor(Math.log10(step * (1 + 1e-6)));
      // Far from zero, a difference of two large numbers is known less exactly.
      const error = 1e-3 + (Math.abs(a) / step) * 1e-12;
      assert.ok(
        [1, 2, 5, 10].some((m) => Math.abs(mantissa - m) < error),
        `a step of ${step}`,
      );
    }
  });
});

describe("linear", () => {
  test("itMeetsBothEndsAndTheMiddle", () => {
    const y = linear(10, 20, 300, 0);
    assert.deepEqual([y(10), y(15), y(20)], [300, 150, 0]);
  });
});

describe("points", () => {
  test("aSparklineStaysInsideItsPaddingFromEdgeToEdge", () => {
    for (const values of series()) {
      const points = sparkPoints(values, 120, 40, 3);
      assert.equal(points.length, values.length);
      assert.ok(close(points[0][0], 3, 120) && close(points.at(-1)[0], 117, 120));
      for (const [x, y] of points) {
        assert.ok(x >= 3 - 1e-6 && x <= 117 + 1e-6);
        assert.ok(y >= 3 - 1e-6 && y <= 37 + 1e-6);
      }
    }
  });

  test("higherIsHigherAndLaterIsFurtherRight", () => {
    const [[x1, y1], [x2, y2], [x3, y3]] = sparkPoints([1, 3, 2], 120, 40, 3);
    assert.ok(x1 < x2 && x2 < x3);
    assert.ok(y2 < y3 && y3 < y1);
  });

  test("aChartHasRoomAroundItsValuesAndTheirAverage", () => {
    const box = { left: 52, right: 594, top: 0, bottom: 238 };
    for (const values of series()) {
      const far = Math.max(...values) + Math.abs(values[0]);
      const { from, to, x, y } = axes(values, far, box);
      assert.ok(close(x(0), 52, 594) && close(x(values.length - 1), 594, 594));
      for (const v of [...values, far]) assert.ok(y(v) > 0 && y(v) < 238, `${v}: ${y(v)}`);
      assert.ok(close(y(from), 238, 238) && close(y(to), 0, 238));
    }
  });
});
