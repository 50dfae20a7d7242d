// The small line in a tile.
import { prepare, trace } from "./canvas.js";
import { sparkPoints } from "./scale.js";

export function sparkline(canvas, values, tint) {
  const { pen, width, height } = prepare(canvas);
  if (values.length < 2) return;
  const points = sparkPoints(values, width, height, 3);
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
