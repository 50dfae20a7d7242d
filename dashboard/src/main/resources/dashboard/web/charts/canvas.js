// A canvas to draw on, in CSS pixels and the page's colours.

const styles = getComputedStyle(document.documentElement);
export const color = (name) => styles.getPropertyValue(name).trim();

// Empties the canvas, at the screen's resolution.
export function prepare(canvas) {
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

export function trace(pen, points) {
  pen.beginPath();
  points.forEach(([x, y], i) => (i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
}

const tints = { temperature: "--warm", humidity: "--wet", soil_moisture: "--wet", rain: "--wet" };
export const tintOf = (metric) => color(tints[metric] ?? "--tint");
