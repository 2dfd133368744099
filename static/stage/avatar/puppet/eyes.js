/**
 * Eyes and brows. Local coordinates: origin at the eye's middle, x grows outwards (away from the nose).
 */

import { darker, fade, lighter, mix } from './palette.js';
import { starPath } from './layers.js';

/**
 * @typedef {import('./expressions.js').Pose} Pose
 * @typedef {import('./palette.js').Palette} Palette
 *
 * @typedef {object} Lid A cubic from the inner to the outer corner.
 * @property {number} innerY
 * @property {number} outerY
 * @property {[x: number, y: number]} first
 * @property {[x: number, y: number]} second
 */

const INNER = -56;
const OUTER = 60;
/** Nothing outside a browser, where tests read this module. */
const STAR = typeof Path2D === 'undefined' ? null : new Path2D(starPath(16, 0.42));

/** @type {(from: number, to: number, share: number) => number} */
const lerp = (from, to, share) => from + (to - from) * share;

/**
 * @param {Pose} pose
 * @param {number} open
 * @returns {{upper: Lid, lower: Lid}}
 */
function lidsOf(pose, open) {
  const tilt = pose.slant;
  const innerY = 16 + tilt * 8;
  const outerY = 4 - tilt * 4;
  const shut = lerp(38, -40, pose.arc);
  const shutInner = lerp(innerY, 20, pose.arc);
  const shutOuter = lerp(outerY + 8, 16, pose.arc);
  const amount = Math.max(0, open);
  const stern = Math.max(0, tilt) * 46;
  const sorry = Math.max(0, -tilt) * 34;
  const upper = {
    innerY: lerp(shutInner, innerY, Math.min(1, amount)),
    outerY: lerp(shutOuter, outerY, Math.min(1, amount)),
    first: pair(-44, lerp(shut, -92 + stern - sorry * 0.4, amount)),
    second: pair(34, lerp(shut + 6, -98 + sorry - stern * 0.2, amount)),
  };
  const settle = Math.min(1, amount * 1.5);
  const lower = {
    innerY: upper.innerY,
    outerY: upper.outerY,
    first: pair(-42, lerp(upper.first[1], 82 - pose.squint * 50, settle)),
    second: pair(44, lerp(upper.second[1], 80 - pose.squint * 56, settle)),
  };
  return { upper, lower };
}

/** @type {(x: number, y: number) => [x: number, y: number]} */
const pair = (x, y) => [x, y];

/**
 * @param {Lid} lid
 * @param {number} share Along it, 0 inner to 1 outer.
 * @returns {[x: number, y: number]}
 */
function pointOn(lid, share) {
  const rest = 1 - share;
  const weights = [rest ** 3, 3 * rest * rest * share, 3 * rest * share * share, share ** 3];
  const [first = 0, second = 0, third = 0, fourth = 0] = weights;
  return [
    first * INNER + second * lid.first[0] + third * lid.second[0] + fourth * OUTER,
    first * lid.innerY + second * lid.first[1] + third * lid.second[1] + fourth * lid.outerY,
  ];
}

/**
 * @param {CanvasRenderingContext2D} pen Mirrored so that x grows outwards.
 * @param {object} eye
 * @param {1 | -1} eye.side 1 for the eye on the right of the picture.
 * @param {number} eye.open Lids including blinks.
 * @param {number} eye.gazeX In the picture's direction, -1 to 1.
 * @param {number} eye.gazeY
 * @param {Pose} pose
 * @param {Palette} palette
 */
export function drawEye(pen, eye, pose, palette) {
  const { upper, lower } = lidsOf(pose, eye.open);
  if (eye.open > 0.06) {
    pen.save();
    pen.beginPath();
    pen.moveTo(INNER, upper.innerY);
    pen.bezierCurveTo(...upper.first, ...upper.second, OUTER, upper.outerY);
    pen.bezierCurveTo(...lower.second, ...lower.first, INNER, lower.innerY);
    pen.closePath();
    pen.fillStyle = '#fffdfb';
    pen.fill();
    pen.clip();
    paintIris(pen, eye, pose, palette);
    paintLidShadow(pen, upper, palette);
    pen.restore();
  }
  paintLashes(pen, upper, lower, eye.open, palette);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {{side: 1 | -1, gazeX: number, gazeY: number}} eye
 * @param {Pose} pose
 * @param {Palette} palette
 */
function paintIris(pen, eye, pose, palette) {
  pen.save();
  pen.translate(eye.side * eye.gazeX * 17 + 1, eye.gazeY * 19 - 3);
  pen.scale(eye.side, 1);
  const size = pose.iris;
  const colour = pen.createLinearGradient(0, -58 * size, 0, 58 * size);
  colour.addColorStop(0, darker(palette.eyes, 0.72));
  colour.addColorStop(0.45, palette.eyes);
  colour.addColorStop(1, lighter(palette.eyes, 0.5));
  oval(pen, [0, 0, 48 * size, 63 * size], darker(palette.eyes, 0.8));
  oval(pen, [0, 0, 43 * size, 58 * size], colour);
  oval(pen, [0, 30 * size, 27 * size, 19 * size], fade(lighter(mix(palette.eyes, '#ffe066', 0.5), 0.4), 0.75));
  oval(pen, [0, -2, 20 * size, 29 * size], darker(palette.eyes, 0.88));
  paintShine(pen, size, Math.min(1, pose.sparkle));
  if (pose.hearts > 0.05) paintHeart(pen, pose.hearts);
  pen.restore();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} size
 * @param {number} sparkle
 */
function paintShine(pen, size, sparkle) {
  oval(pen, [-16, -24 * size, 14 + 3 * sparkle, 17 + 3 * sparkle], '#ffffff');
  oval(pen, [18 * size, 22 * size, 7 + 3 * sparkle, 8 + 3 * sparkle], 'rgba(255, 255, 255, 0.92)');
  oval(pen, [-20 * size, 18 * size, 4, 4.5], 'rgba(255, 255, 255, 0.7)');
  if (sparkle < 0.05 || !STAR) return;
  pen.save();
  pen.globalAlpha = sparkle;
  pen.translate(17 * size, -18 * size);
  pen.fillStyle = '#fffbe0';
  pen.fill(STAR);
  pen.restore();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} strength
 */
function paintHeart(pen, strength) {
  pen.save();
  pen.globalAlpha = Math.min(1, strength);
  pen.translate(0, 4);
  pen.scale(1.25, 1.25);
  pen.fillStyle = '#ff4f8b';
  heartPath(pen);
  pen.fill();
  pen.restore();
}

/** @param {CanvasRenderingContext2D} pen Gets a heart about 40 units wide around 0, 0 as its path. */
export function heartPath(pen) {
  pen.beginPath();
  pen.moveTo(0, 18);
  pen.bezierCurveTo(-30, -4, -20, -26, 0, -12);
  pen.bezierCurveTo(20, -26, 30, -4, 0, 18);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {[x: number, y: number, radiusX: number, radiusY: number]} place
 * @param {string | CanvasGradient} fill
 */
function oval(pen, [x, y, radiusX, radiusY], fill) {
  pen.fillStyle = fill;
  pen.beginPath();
  pen.ellipse(x, y, radiusX, radiusY, 0, 0, Math.PI * 2);
  pen.fill();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Lid} upper
 * @param {Palette} palette
 */
function paintLidShadow(pen, upper, palette) {
  pen.strokeStyle = fade(darker(palette.hair, 0.6), 0.32);
  pen.lineWidth = 30;
  pen.beginPath();
  pen.moveTo(INNER, upper.innerY);
  pen.bezierCurveTo(...upper.first, ...upper.second, OUTER, upper.outerY);
  pen.stroke();
}

/**
 * A point of the lash line's edge: thin at the nose, thickest above the outer third.
 *
 * @param {Lid} lid
 * @param {number} share
 * @param {1 | -1} side 1 outside, -1 inside.
 * @returns {[x: number, y: number]}
 */
function beside(lid, share, side) {
  const [x, y] = pointOn(lid, share);
  const [aheadX, aheadY] = pointOn(lid, share + 0.01);
  const length = Math.hypot(aheadX - x, aheadY - y) || 1;
  const width = side > 0 ? lerp(2.5, 9.5, Math.min(1, share * 1.35)) : lerp(2, 4.5, share);
  return [x + (side * width * (aheadY - y)) / length, y - (side * width * (aheadX - x)) / length];
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Lid} upper
 * @param {Lid} lower
 * @param {number} open
 * @param {Palette} palette
 */
function paintLashes(pen, upper, lower, open, palette) {
  const ink = darker(palette.hair, 0.86);
  const steps = 18;
  const ring = /** @type {(side: 1 | -1) => [number, number][]} */ ((side) =>
    Array.from({ length: steps + 1 }, (_, step) => beside(upper, step / steps, side)));
  const [endX, endY] = pointOn(upper, 1);
  const flick = Math.min(1, open);
  pen.fillStyle = ink;
  pen.beginPath();
  for (const point of ring(1)) pen.lineTo(...point);
  pen.lineTo(endX + 18, endY - lerp(3, 15, flick));
  for (const point of ring(-1).reverse()) pen.lineTo(...point);
  pen.closePath();
  pen.fill();
  const [lashX, lashY] = pointOn(upper, 0.84);
  pen.beginPath();
  pen.moveTo(lashX - 10, lashY - 2);
  pen.lineTo(lashX + 24, lashY - lerp(3, 17, flick));
  pen.lineTo(lashX + 4, lashY + 12);
  pen.fill();
  if (open < 0.2) return;
  pen.strokeStyle = fade(ink, 0.6);
  pen.lineWidth = 4;
  pen.lineCap = 'round';
  pen.beginPath();
  for (let step = 4; step <= 15; step += 1) pen.lineTo(...pointOn(lower, step / steps));
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen Origin above the eye, mirrored so that x grows outwards.
 * @param {1 | -1} side
 * @param {Pose} pose
 * @param {Palette} palette
 */
export function drawBrow(pen, side, pose, palette) {
  const raise = pose.browY - side * pose.browAsym * 20;
  const angle = pose.browAngle - side * pose.browAsym * 0.15;
  const inner = raise + angle * 27;
  const outer = raise - angle * 16 + 8;
  const peak = raise - 14 - pose.browArch * 24 + angle * 2;
  pen.fillStyle = darker(palette.hair, 0.72);
  pen.beginPath();
  pen.moveTo(-50, inner - 6);
  pen.quadraticCurveTo(4, peak - 6, 58, outer);
  pen.quadraticCurveTo(4, peak + 13, -48, inner + 9);
  pen.quadraticCurveTo(-58, inner + 3, -50, inner - 6);
  pen.fill();
}
