// From values to places on a canvas: ranges, ticks, axes.

// A range that a nearly constant series does not fill with its noise.
export function range(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const least = Math.max(Math.abs(high) * 0.01, 1e-9);
  const grow = Math.max(0, least - (high - low)) / 2;
  return { low: low - grow, high: high + grow };
}

// Steps of 1, 2 or 5 times a power of ten, at most `most` of them.
export function ticks(low, high, most) {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const out = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step / 1e6; t += step) out.push(t);
  return out;
}

// The straight line through (from, a) and (to, b), as a function.
export function linear(from, to, a, b) {
  return (v) => a + ((v - from) / (to - from)) * (b - a);
}

// Values as points, from the left edge to the right; the lowest at the bottom, the highest at the top.
export function sparkPoints(values, width, height, pad) {
  const { low, high } = range(values);
  const x = linear(0, values.length - 1, pad, width - pad);
  const y = linear(low, high, height - pad, pad);
  return values.map((v, i) => [x(i), y(v)]);
}

// The axes of a chart of values and their average, with a margin above and below.
export function axes(values, average, { left, right, top, bottom }) {
  const { low, high } = range([...values, average]);
  const margin = (high - low) * 0.08;
  const from = low - margin;
  const to = high + margin;
  return {
    from,
    to,
    x: linear(0, values.length - 1, left, right),
    y: linear(from, to, bottom, top),
  };
}
