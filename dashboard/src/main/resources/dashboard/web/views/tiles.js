// A tile for each series.
import { tintOf } from "../charts/canvas.js";
import { sparkline } from "../charts/sparkline.js";
import { isLate } from "../state/series.js";
import { $, element } from "./dom.js";

const TILES_MAX = 240;

// `opened` is called with the series whose tile is pressed.
export function tilesView({ words, valueText, countText, metricName, ageText }, opened) {
  let tiles = new Map(); // series → the parts of its tile
  const toPaint = new Set(); // series

  function make(s) {
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
    tile.addEventListener("click", () => opened(s));
    toPaint.add(s);
    return { tile, number, unit, source, spark, average, age };
  }

  function paint(s, t) {
    t.number.textContent = valueText(s.value);
    t.unit.textContent = s.unit ?? "";
    t.source.textContent = s.source ?? "";
    t.average.textContent = `${words.average} ${valueText(s.average)}`;
    sparkline(t.spark, s.history, tintOf(s.metric));
  }

  return {
    // Shows the series that match, out of so many.
    paintLayout(matching, size) {
      const shown = matching.slice(0, TILES_MAX);
      tiles = new Map(shown.map((s) => [s, tiles.get(s) ?? make(s)]));
      $("sensors").replaceChildren(...Array.from(tiles.values(), (t) => t.tile));
      $("empty").hidden = size > 0;
      $("more").hidden = size === 0 || (shown.length > 0 && matching.length === shown.length);
      $("more").textContent =
        shown.length === 0 ? words.noMatch : words.more(matching.length - shown.length);
      $("series").textContent = countText(size);
    },

    paintValues(changed) {
      for (const s of changed) toPaint.add(s);
      for (const s of toPaint) if (tiles.has(s)) paint(s, tiles.get(s));
      toPaint.clear();
    },

    // The age of each reading at the server's time.
    paintAges(nowMs) {
      for (const [s, t] of tiles) {
        const age = nowMs - s.seenMs;
        t.age.textContent = ageText(age);
        const late = isLate(age);
        t.tile.classList.toggle("old", late);
        t.tile.title = late ? words.late : "";
      }
    },
  };
}
