// One series, in a dialog.
import { tintOf } from "../charts/canvas.js";
import { chart } from "../charts/chart.js";
import { $, element } from "./dom.js";

export function detailView({ words, valueText, countText, metricName }) {
  let open = null; // the series that is shown

  function paint() {
    const s = open;
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

  return {
    show(series) {
      open = series;
      $("detail-title").textContent = series.sensor;
      $("detail").showModal();
      paint();
    },

    paintValues(changed) {
      if (open && changed.has(open)) paint();
    },
  };
}
