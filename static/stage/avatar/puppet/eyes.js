/**
 * Eyes and brows. Local coordinates as in lids.js.
 */

import { EYE_SHAPES, emptyLids, lerp, setLids, setPoint } from './lids.js';
import { darker, fade, lighter, mix } from './palette.js';
import { oval } from './pen.js';

/**
 * @typedef {import('./expressions.js').Pose} Pose
 * @typedef {import('./palette.js').Palette} Palette
 * @typedef {import('./lids.js').Lids} Lids
 * @typedef {CanvasRenderingContext2D} Pen
 *
 * @typedef {object} Look Where one eye looks and how far it is open.
 * @property {1 | -1} side 1 for the eye on the right of the picture.
 * @property {number} open Lids including blinks.
 * @property {number} gazeX In the picture's direction, -1 to 1.
 * @property {number} gazeY
 * @property {number} seconds
 */

const LASH_STEPS = 16;

/** The pair of eyes of one figure: its inks are mixed once. */
export class Eyes {
  #lids = emptyLids();
  #wide = emptyLids();
  /** @type {[x: number, y: number]} */ #at = [0, 0];
  /** @type {[x: number, y: number]} */ #ahead = [0, 0];

  /**
   * @param {Pen} pen
   * @param {Palette} palette
   * @param {import('./parts.js').Parts['eye_shape']} shape
   */
  constructor(pen, palette, shape) {
    this.shape = EYE_SHAPES[shape];
    const [, tall] = this.shape.iris;
    const iris = pen.createLinearGradient(0, -tall, 0, tall);
    iris.addColorStop(0, darker(palette.eyes, 0.74));
    iris.addColorStop(0.38, darker(palette.eyes, 0.22));
    iris.addColorStop(0.62, palette.eyes);
    iris.addColorStop(1, lighter(palette.eyes, 0.55));
    const white = pen.createLinearGradient(0, -80, 0, 60);
    white.addColorStop(0, mix('#d5cfe6', palette.hair, 0.14));
    white.addColorStop(0.5, '#fffdfb');
    this.ink = {
      iris,
      white,
      rim: darker(palette.eyes, 0.84),
      pupil: darker(palette.eyes, 0.92),
      light: fade(lighter(mix(palette.eyes, '#ffe066', 0.45), 0.45), 0.85),
      shade: fade(darker(palette.hair, 0.62), 0.36),
      lash: darker(mix(palette.hair, '#3a1a3a', 0.3), 0.84),
      lashSoft: fade(darker(palette.hair, 0.84), 0.55),
      crease: fade(mix(darker(palette.skin, 0.55), '#8a3050', 0.35), 0.6),
      lid: fade(mix(darker(palette.skin, 0.2), '#d0608a', 0.3), 0.55),
      brow: darker(palette.hair, 0.7),
    };
  }

  /**
   * @param {Pen} pen Mirrored so that x grows outwards.
   * @param {Look} look
   * @param {Pose} pose
   */
  draw(pen, look, pose) {
    const lids = this.#lids;
    setLids(lids, this.shape, pose, look.open);
    if (look.open < 0.95) this.#lid(pen, pose);
    if (look.open > 0.06) {
      pen.save();
      this.#traceOpening(pen);
      pen.fillStyle = this.ink.white;
      pen.fill();
      pen.clip();
      this.#iris(pen, look, pose);
      pen.strokeStyle = this.ink.shade;
      pen.lineWidth = 32;
      this.#traceUpper(pen, 0);
      pen.stroke();
      pen.restore();
    }
    this.#crease(pen, look.open);
    this.#lashes(pen, look.open);
  }

  /**
   * The skin of a lowered lid.
   *
   * @param {Pen} pen
   * @param {Pose} pose
   */
  #lid(pen, pose) {
    setLids(this.#wide, this.shape, pose, 0.95);
    const { innerX, innerY, outerX, outerY, upper } = this.#lids;
    const wide = this.#wide;
    pen.fillStyle = this.ink.lid;
    pen.beginPath();
    pen.moveTo(innerX, innerY);
    pen.bezierCurveTo(upper[0], upper[1], upper[2], upper[3], outerX, outerY);
    pen.bezierCurveTo(wide.upper[2], wide.upper[3], wide.upper[0], wide.upper[1], innerX, innerY);
    pen.fill();
  }

  /** @param {Pen} pen */
  #traceOpening(pen) {
    const { innerX, innerY, outerX, outerY, upper, lower } = this.#lids;
    pen.beginPath();
    pen.moveTo(innerX, innerY);
    pen.bezierCurveTo(upper[0], upper[1], upper[2], upper[3], outerX, outerY);
    pen.bezierCurveTo(lower[2], lower[3], lower[0], lower[1], innerX, innerY);
    pen.closePath();
  }

  /**
   * @param {Pen} pen
   * @param {number} raise
   */
  #traceUpper(pen, raise) {
    const { innerX, innerY, outerX, outerY, upper } = this.#lids;
    pen.beginPath();
    pen.moveTo(innerX, innerY - raise);
    pen.bezierCurveTo(upper[0], upper[1] - raise, upper[2], upper[3] - raise, outerX, outerY - raise);
  }

  /**
   * @param {Pen} pen
   * @param {Look} look
   * @param {Pose} pose
   */
  #iris(pen, look, pose) {
    const { ink, shape } = this;
    const [wide, tall] = shape.iris;
    const size = pose.iris;
    pen.save();
    pen.translate(look.side * look.gazeX * 18 + 1, look.gazeY * 20 - 2);
    pen.scale(look.side * size, size);
    oval(pen, [0, 0, wide, tall], ink.rim);
    oval(pen, [0, 0, wide - 5, tall - 5], ink.iris);
    oval(pen, [0, tall * 0.5, wide * 0.58, tall * 0.3], ink.light);
    oval(pen, [0, -3, shape.isSlit ? wide * 0.2 : wide * 0.43, tall * (shape.isSlit ? 0.66 : 0.47)], ink.pupil);
    pen.scale(1 / size, 1 / size);
    this.#shine(pen, look, pose);
    if (pose.hearts > 0.05) paintHeart(pen, pose.hearts);
    pen.restore();
  }

  /**
   * @param {Pen} pen
   * @param {Look} look
   * @param {Pose} pose
   */
  #shine(pen, look, pose) {
    const sparkle = Math.min(1, pose.sparkle);
    const wet = Math.min(1, pose.tear) * (0.8 + 0.2 * Math.sin(look.seconds * 9));
    const size = 0.45 + 0.55 * pose.iris;
    oval(pen, [-16 * size, -25 * size, (15 + 3 * sparkle) * size, (18 + 3 * sparkle) * size], '#ffffff');
    oval(pen, [18 * size, 24 * size, 7 + 3 * sparkle + 5 * wet, 8 + 3 * sparkle + 2 * wet], 'rgba(255, 255, 255, 0.94)');
    oval(pen, [-20 * size, 18 * size, 4 + 7 * wet, 4.5 + 4 * wet], 'rgba(255, 255, 255, 0.75)');
    if (sparkle < 0.05) return;
    pen.fillStyle = '#fffbe0';
    traceSpark(pen, 17 * size, -20 * size, 22 * sparkle);
    pen.fill();
  }

  /**
   * The fold above the lid.
   *
   * @param {Pen} pen
   * @param {number} open
   */
  #crease(pen, open) {
    const strength = Math.min(1, open * 1.4);
    if (strength < 0.1) return;
    pen.globalAlpha = strength;
    pen.strokeStyle = this.ink.crease;
    pen.lineWidth = 5;
    pen.lineCap = 'round';
    const { upper, innerX, innerY, outerX, outerY } = this.#lids;
    pen.beginPath();
    pen.moveTo(innerX + 22, innerY - 34 * open - 18);
    pen.bezierCurveTo(upper[0] + 20, upper[1] - 14, upper[2], upper[3] - 18, outerX - 4, outerY - 34 * open - 8);
    pen.stroke();
    pen.globalAlpha = 1;
  }

  /**
   * @param {Pen} pen
   * @param {number} open
   */
  #lashes(pen, open) {
    const at = this.#at;
    const flick = Math.min(1, open);
    pen.fillStyle = this.ink.lash;
    pen.beginPath();
    for (let step = 0; step <= LASH_STEPS; step += 1) this.#lineBeside(pen, step / LASH_STEPS, 1);
    setPoint(at, this.#lids, 'upper', 1);
    pen.lineTo(at[0] + this.shape.wing, at[1] - lerp(3, this.shape.wing * 0.8, flick));
    for (let step = LASH_STEPS; step >= 0; step -= 1) this.#lineBeside(pen, step / LASH_STEPS, -1);
    pen.closePath();
    pen.fill();
    setPoint(at, this.#lids, 'upper', 0.83);
    pen.beginPath();
    pen.moveTo(at[0] - 10, at[1] - 2);
    pen.lineTo(at[0] + 10 + this.shape.wing * 0.8, at[1] - lerp(3, 19, flick));
    pen.lineTo(at[0] + 4, at[1] + 13);
    pen.fill();
    if (open < 0.2) return;
    pen.strokeStyle = this.ink.lashSoft;
    pen.lineWidth = 4.5;
    pen.lineCap = 'round';
    pen.beginPath();
    for (let step = 2; step <= LASH_STEPS; step += 1) {
      setPoint(at, this.#lids, 'lower', step / LASH_STEPS);
      pen.lineTo(at[0], at[1]);
    }
    pen.stroke();
  }

  /**
   * A point of the lash line's edge: thin at the nose, thickest above the outer third.
   *
   * @param {Pen} pen
   * @param {number} share
   * @param {1 | -1} side 1 outside, -1 inside.
   */
  #lineBeside(pen, share, side) {
    const at = this.#at;
    const ahead = this.#ahead;
    setPoint(at, this.#lids, 'upper', share);
    setPoint(ahead, this.#lids, 'upper', share + 0.01);
    const length = Math.hypot(ahead[0] - at[0], ahead[1] - at[1]) || 1;
    const width = side > 0 ? lerp(3.5, 12, Math.min(1, share * 1.35)) : lerp(2.5, 5.5, share);
    pen.lineTo(at[0] + (side * width * (ahead[1] - at[1])) / length,
      at[1] - (side * width * (ahead[0] - at[0])) / length);
  }

  /**
   * @param {Pen} pen Origin above the eye, mirrored so that x grows outwards.
   * @param {1 | -1} side
   * @param {Pose} pose
   */
  drawBrow(pen, side, pose) {
    const raise = pose.browY - side * pose.browAsym * 22;
    const angle = pose.browAngle - side * pose.browAsym * 0.15;
    const inner = raise + angle * 29;
    const outer = raise - angle * 18 + 8;
    const peak = raise - 14 - pose.browArch * 26 + angle * 2;
    pen.fillStyle = this.ink.brow;
    pen.beginPath();
    pen.moveTo(-52, inner - 8);
    pen.quadraticCurveTo(4, peak - 9, 62, outer);
    pen.quadraticCurveTo(4, peak + 15, -50, inner + 11);
    pen.quadraticCurveTo(-62, inner + 4, -52, inner - 8);
    pen.fill();
  }
}

/**
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
export function traceSpark(pen, x, y, size) {
  pen.beginPath();
  pen.moveTo(x, y - size);
  pen.quadraticCurveTo(x, y, x + size, y);
  pen.quadraticCurveTo(x, y, x, y + size);
  pen.quadraticCurveTo(x, y, x - size, y);
  pen.quadraticCurveTo(x, y, x, y - size);
}

/**
 * @param {Pen} pen
 * @param {number} strength
 */
function paintHeart(pen, strength) {
  pen.save();
  pen.globalAlpha = Math.min(1, strength);
  pen.translate(0, 6);
  pen.scale(1.7, 1.7);
  pen.fillStyle = '#ff3f80';
  traceHeart(pen);
  pen.fill();
  pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.beginPath();
  pen.ellipse(-8, -8, 4, 3, -0.6, 0, Math.PI * 2);
  pen.fill();
  pen.restore();
}

/** @param {Pen} pen Gets a heart about 40 units wide around 0, 0 as its path. */
export function traceHeart(pen) {
  pen.beginPath();
  pen.moveTo(0, 18);
  pen.bezierCurveTo(-30, -4, -20, -26, 0, -12);
  pen.bezierCurveTo(20, -26, 30, -4, 0, 18);
}
