// The large chart of one series, with its average.
import { color, prepare, trace } from "./canvas.js";
import { axes, ticks } from "./scale.js";

const LEFT = 52;
const RIGHT = 6;
const BOTTOM = 22;

// `text` writes a value beside its line.
export function chart(canvas, values, average, tint, text) {
  const { pen, width, height } = prepare(canvas);
  if (values.length < 2) return;
  const { from, to, x, y } = axes(values, average, {
    left: LEFT,
    right: width - RIGHT,
    top: 0,
    bottom: height - BOTTOM,
  });
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  pen.lineWidth = 1;
  for (const t of ticks(from, to, 5)) {
    pen.strokeStyle = color("--line");
    pen.beginPath();
    pen.moveTo(LEFT, y(t));
    pen.lineTo(width, y(t));
    pen.stroke();
    pen.fillStyle = color("--quiet");
    pen.fillText(text(t), LEFT - 8, y(t));
  }
  pen.textAlign = "left";
  pen.fillText(`−${values.length - 1} s`, LEFT, height - 8);
  pen.textAlign = "right";
  pen.fillText("0 s", width - RIGHT, height - 8);
  pen.setLineDash([4, 4]);
  pen.strokeStyle = color("--quiet");
  pen.beginPath();
  pen.moveTo(LEFT, y(average));
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
