// Which series are looked for: a part of the sensor's name, and a metric.
import { $ } from "./dom.js";

// `changed` is called when the reader looks for others.
export function filterView({ words, metricName }, changed) {
  for (const id of ["filter", "metric"]) $(id).addEventListener("input", changed);
  return {
    get text() {
      return $("filter").value;
    },

    // Empty for every metric.
    get metric() {
      return $("metric").value;
    },

    paintMetrics(metrics) {
      const select = $("metric");
      const chosen = select.value;
      select.replaceChildren(
        new Option(words.everyMetric, ""),
        ...metrics.map((m) => new Option(metricName(m), m)),
      );
      select.value = chosen;
    },
  };
}
