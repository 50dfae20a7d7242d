// Lines on a canvas: sparklines in the tiles, and the larger chart of one series.

const styles = getComputedStyle(document.documentElement);
export const color = (name) => styles.getPropertyValue(name).trim();

function prepare(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width, height };
}

// A range that a nearly constant series does not fill with its noise.
function range(values) {
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

function trace(pen, points) {
  pen.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
}

export function sparkline(canvas, values, tint) {
  const { pen, width, height } = prepare(canvas);
  if (values.length < 2) return;
  const { low, high } = range(values);
  const pad = 3;
  const step = (width - 2 * pad) / (values.length - 1);
  const points = values.map((v, i) => [
    pad + i * step,
    height - pad - ((v - low) / (high - low)) * (height - 2 * pad),
  ]);
  trace(pen, points);
  pen.lineTo(points.at(-1)[0], height);
  pen.lineTo(points[0][0], height);
  pen.closePath();
  const fill = pen.createLinearGradient(0, 0, 0, height);
  fill.addColorStop(0, tint + "33");
  fill.addColorStop(1, tint + "00");
  pen.fillStyle = fill;
  pen.fill();
  trace(pen, points);
  pen.strokeStyle = tint;
  pen.lineWidth = 1.75;
  pen.lineJoin = "round";
  pen.stroke();
  pen.beginPath();
  pen.arc(...points.at(-1), 2.25, 0, 7);
  pen.fillStyle = tint;
  pen.fill();
}

// Steps of 1, 2 or 5 times a power of ten, at most `most` of them.
function ticks(low, high, most) {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const out = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step / 1e6; t += step) out.push(t);
  return out;
}

export function chart(canvas, values, average, tint, text) {
  const { pen, width, height } = prepare(canvas);
  if (values.length < 2) return;
  const { low, high } = range([...values, average]);
  const margin = (high - low) * 0.08;
  const from = low - margin;
  const to = high + margin;
  const left = 52;
  const bottom = 22;
  const y = (v) => (height - bottom) * (1 - (v - from) / (to - from));
  const x = (i) => left + (i * (width - left - 6)) / (values.length - 1);
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  pen.lineWidth = 1;
  for (const t of ticks(from, to, 5)) {
    pen.strokeStyle = color("--line");
    pen.beginPath();
    pen.moveTo(left, y(t));
    pen.lineTo(width, y(t));
    pen.stroke();
    pen.fillStyle = color("--quiet");
    pen.fillText(text(t), left - 8, y(t));
  }
  pen.textAlign = "left";
  pen.fillText(`−${values.length - 1} s`, left, height - 8);
  pen.textAlign = "right";
  pen.fillText("0 s", width - 6, height - 8);
  pen.setLineDash([4, 4]);
  pen.strokeStyle = color("--quiet");
  pen.beginPath();
  pen.moveTo(left, y(average));
  pen.lineTo(width, y(average));
  pen.stroke();
  pen.setLineDash([]);
  trace(
    pen,
    values.map((v, i) => [x(i), y(v)]),
  );
  pen.strokeStyle = tint;
  pen.lineWidth = 2;
  pen.lineJoin = "round";
  pen.stroke();
}
