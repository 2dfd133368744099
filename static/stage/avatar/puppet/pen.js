/**
 * Strokes and fills that every drawn part uses. Coordinates are puppet units (see frame.js).
 */

import { fade } from './palette.js';

/**
 * @typedef {CanvasRenderingContext2D} Pen
 * @typedef {[x: number, y: number]} Point
 * @typedef {import('./palette.js').Palette} Palette
 */

/**
 * @param {Pen} pen
 * @param {[top: number, bottom: number]} span
 * @param {string[]} colours Evenly spread.
 * @returns {CanvasGradient}
 */
export function downward(pen, [top, bottom], colours) {
  const gradient = pen.createLinearGradient(0, top, 0, bottom);
  colours.forEach((colour, index) => gradient.addColorStop(index / (colours.length - 1), colour));
  return gradient;
}

/**
 * @param {Pen} pen
 * @param {string} path
 * @param {string | CanvasGradient} fill
 * @param {string} [line]
 * @param {number} [width]
 */
export function shape(pen, path, fill, line, width = 7) {
  const outline = new Path2D(path);
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  if (line) {
    pen.strokeStyle = line;
    pen.lineWidth = width;
    pen.stroke(outline);
  }
  pen.fillStyle = fill;
  pen.fill(outline);
}

/**
 * Paint only inside a shape.
 *
 * @param {Pen} pen
 * @param {string} path
 * @param {() => void} paint
 */
export function within(pen, path, paint) {
  pen.save();
  pen.clip(new Path2D(path));
  paint();
  pen.restore();
}

/**
 * @param {Pen} pen
 * @param {string} path
 * @param {string} colour
 * @param {number} width
 */
export function stroke(pen, path, colour, width) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.stroke(new Path2D(path));
}

/**
 * A soft round spot, strongest in the middle.
 *
 * @param {Pen} pen
 * @param {[x: number, y: number, radius: number]} place
 * @param {[colour: string, alpha: number]} ink "#rrggbb" and its strength.
 * @param {Point} [scale]
 */
export function glow(pen, [x, y, radius], [colour, alpha], [scaleX, scaleY] = [1, 1]) {
  pen.save();
  pen.translate(x, y);
  pen.scale(scaleX, scaleY);
  const gradient = pen.createRadialGradient(0, 0, 0, 0, 0, radius);
  gradient.addColorStop(0, fade(colour, alpha));
  gradient.addColorStop(1, fade(colour, 0));
  pen.fillStyle = gradient;
  pen.fillRect(-radius, -radius, 2 * radius, 2 * radius);
  pen.restore();
}

/**
 * @param {Pen} pen
 * @param {[x: number, y: number, radiusX: number, radiusY: number]} place
 * @param {string | CanvasGradient} fill
 */
export function oval(pen, [x, y, radiusX, radiusY], fill) {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.ellipse(x, y, radiusX, radiusY, 0, 0, Math.PI * 2);
  pen.fill();
}

/** Draw the same on both sides. @param {Pen} pen @param {() => void} paint Paints the left one. */
export function bothSides(pen, paint) {
  paint();
  flipped(pen, paint);
}

/** @param {Pen} pen @param {() => void} paint Is mirrored about the middle of the figure. */
export function flipped(pen, paint) {
  pen.save();
  pen.translate(1000, 0);
  pen.scale(-1, 1);
  paint();
  pen.restore();
}

/**
 * @param {number} radius
 * @param {number} inner Share of the radius at the notches.
 * @param {number} [tips]
 * @returns {string} A star around 0, 0.
 */
export function starPath(radius, inner, tips = 5) {
  const points = [];
  for (let corner = 0; corner < tips * 2; corner += 1) {
    const far = corner % 2 ? radius * inner : radius;
    const angle = (corner * Math.PI) / tips - Math.PI / 2;
    points.push(`${(far * Math.cos(angle)).toFixed(1)} ${(far * Math.sin(angle)).toFixed(1)}`);
  }
  return `M${points.join('L')}Z`;
}

/**
 * The outline of pointed locks of hair, one after another.
 *
 * @param {Point} from
 * @param {[tip: Point, to: Point, out: number, back: number][]} list Each runs to its tip and on to `to`; `out` and
 *   `back` bend the two edges, as a share of their length (positive: to the left of the way).
 * @returns {string} A path without its start.
 */
export function locks(from, list) {
  let at = from;
  let path = '';
  for (const [tip, to, out, back] of list) {
    path += `Q${bend(at, tip, out)} ${tip.join(' ')}Q${bend(tip, to, back)} ${to.join(' ')}`;
    at = to;
  }
  return path;
}

/** @type {(from: Point, to: Point, share: number) => string} */
function bend(from, to, share) {
  const x = (from[0] + to[0]) / 2 + (to[1] - from[1]) * share;
  const y = (from[1] + to[1]) / 2 - (to[0] - from[0]) * share;
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
