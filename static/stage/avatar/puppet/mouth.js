/**
 * The mouth drawn: lips, teeth and tongue, bent by the feeling.
 */

import { fade } from './palette.js';

/**
 * @typedef {import('./visemes.js').Lips} Lips
 * @typedef {import('./expressions.js').Pose} Pose
 * @typedef {CanvasRenderingContext2D} Pen
 *
 * @typedef {object} Outline Two cubics from the left to the right corner. Puppet units around the mouth's middle.
 * @property {number} wide Half width.
 * @property {number} left Height of the left corner.
 * @property {number} right
 * @property {number} handle Reach of the upper lip's handles.
 * @property {number} chin Of the lower lip's.
 * @property {number} upper Height of the upper lip's handles.
 * @property {number} lower
 * @property {number} wave Unsteadiness.
 * @property {number} top The upper lip's middle.
 * @property {number} bottom
 */

const INSIDE = '#74203d';
const INSIDE_DEEP = '#43102a';
const TONGUE = '#f57a90';
const LINE = '#6f2138';
const LIP = '#e57f8d';
const TEETH = '#fffaf6';

/** @returns {Outline} */
export function emptyOutline() {
  return { wide: 0, left: 0, right: 0, handle: 0, chin: 0, upper: 0, lower: 0, wave: 0, top: 0, bottom: 0 };
}

/**
 * @param {Outline} outline Changed in place.
 * @param {Lips} lips
 * @param {Pose} pose
 */
export function setOutline(outline, lips, pose) {
  const calm = 1 - 0.65 * lips.round;
  const lift = pose.smile * 19 * calm;
  const upRight = Math.max(0, pose.mouthAsym);
  const upLeft = Math.max(0, -pose.mouthAsym);
  const middle = pose.smile * 8 * calm;
  outline.wide = lips.wide * (1 + pose.mouthW * (1 - 0.6 * lips.round));
  outline.left = -lift + upRight * 14 * calm - upLeft * 8;
  outline.right = -lift - upRight * 20 * calm + upLeft * 11;
  outline.top = middle - lips.up * (1 - 0.35 * Math.max(0, pose.smile) * calm);
  outline.bottom = middle + lips.down * (1 + 0.12 * pose.smile * calm);
  outline.handle = outline.wide * (0.5 + 0.5 * lips.round);
  outline.chin = outline.handle * (1 - 0.16 * lips.round * calm);
  outline.wave = pose.wavy * 10 * (1 - Math.min(1, (lips.up + lips.down) / 24));
  outline.upper = reach(outline, outline.top);
  outline.lower = reach(outline, outline.bottom);
}

/**
 * The handles' height that makes the curve pass the middle at `height`.
 *
 * @type {(outline: Outline, height: number) => number}
 */
const reach = (outline, height) => (height * 4 - (outline.left + outline.right) / 2) / 3;

/** The mouth of one figure. */
export class Mouth {
  #outline = emptyOutline();
  #dark;

  /** @param {Pen} pen */
  constructor(pen) {
    this.#dark = pen.createLinearGradient(0, -30, 0, 70);
    this.#dark.addColorStop(0, INSIDE_DEEP);
    this.#dark.addColorStop(1, INSIDE);
  }

  /**
   * @param {Pen} pen Origin at the middle of the mouth.
   * @param {Lips} lips
   * @param {Pose} pose
   */
  draw(pen, lips, pose) {
    const outline = this.#outline;
    setOutline(outline, lips, pose);
    const height = lips.up + lips.down;
    pen.lineCap = 'round';
    pen.lineJoin = 'round';
    paintLips(pen, lips, outline, height);
    if (height > 2) {
      pen.save();
      traceWhole(pen, outline);
      pen.clip();
      this.#inside(pen, lips);
      pen.restore();
    }
    pen.strokeStyle = LINE;
    pen.lineWidth = 7;
    if (height > 3) traceWhole(pen, outline);
    else traceLip(pen, outline, true);
    pen.stroke();
    if (lips.tongueOut > 0.1) paintTongueTip(pen, lips, outline);
  }

  /**
   * @param {Pen} pen Clipped to the open mouth.
   * @param {Lips} lips
   */
  #inside(pen, lips) {
    const { wide, top, bottom } = this.#outline;
    const height = bottom - top;
    pen.fillStyle = this.#dark;
    pen.fillRect(-wide - 20, top - 50, wide * 2 + 40, height + 100);
    if (lips.tongue > 0.03) paintTongue(pen, lips, this.#outline);
    pen.strokeStyle = TEETH;
    if (lips.upperTeeth > 0.03) {
      pen.lineWidth = 2 * Math.min(height * (0.5 + 0.25 * lips.tuck), 21) * lips.upperTeeth;
      traceLip(pen, this.#outline, true);
      pen.stroke();
    }
    if (lips.lowerTeeth < 0.03) return;
    pen.lineWidth = 2 * Math.min(height * 0.46, 13) * lips.lowerTeeth;
    traceLip(pen, this.#outline, false);
    pen.stroke();
    pen.strokeStyle = fade('#5a1e32', 0.6 * lips.lowerTeeth);
    pen.lineWidth = 3.5;
    pen.beginPath();
    pen.moveTo(-wide, (top + bottom) / 2 - 2);
    pen.quadraticCurveTo(0, (top + bottom) / 2 + 2, wide, (top + bottom) / 2 - 2);
    pen.stroke();
  }
}

/**
 * @param {Pen} pen
 * @param {Outline} o
 */
function traceWhole(pen, o) {
  pen.beginPath();
  pen.moveTo(-o.wide, o.left);
  pen.bezierCurveTo(-o.handle, o.upper + o.wave, o.handle, o.upper - o.wave, o.wide, o.right);
  pen.bezierCurveTo(o.chin, o.lower - o.wave, -o.chin, o.lower + o.wave, -o.wide, o.left);
  pen.closePath();
}

/**
 * @param {Pen} pen
 * @param {Outline} o
 * @param {boolean} isUpper
 */
function traceLip(pen, o, isUpper) {
  const height = isUpper ? o.upper : o.lower;
  const handle = isUpper ? o.handle : o.chin;
  pen.beginPath();
  pen.moveTo(-o.wide, o.left);
  if (Math.abs(o.wave) > 1) {
    const middle = (o.left + o.right) / 8 + (height * 6) / 8;
    pen.quadraticCurveTo(-o.wide * 0.62, middle - o.wave * 1.7, -o.wide * 0.28, middle);
    pen.quadraticCurveTo(0, middle + o.wave * 1.7, o.wide * 0.28, middle);
    pen.quadraticCurveTo(o.wide * 0.62, middle - o.wave * 1.7, o.wide, o.right);
  } else pen.bezierCurveTo(-handle, height, handle, height, o.wide, o.right);
}

/**
 * @param {Pen} pen
 * @param {Lips} lips
 * @param {Outline} outline
 */
function paintTongue(pen, lips, { wide: half, top, bottom }) {
  const wide = half * 2 * (0.3 + 0.1 * lips.tongueOut);
  const height = bottom - top;
  const rise = height * (0.34 + 0.42 * lips.tongueUp + 0.2 * lips.tongueOut) * lips.tongue;
  pen.fillStyle = TONGUE;
  pen.beginPath();
  pen.ellipse(0, bottom + height * 0.22 * (1 - lips.tongueUp), wide, Math.max(1, rise + height * 0.2), 0, 0,
    Math.PI * 2);
  pen.fill();
  pen.fillStyle = 'rgba(255, 205, 205, 0.55)';
  pen.beginPath();
  pen.ellipse(-wide * 0.25, bottom - rise * 0.75, wide * 0.4, Math.max(2, height * 0.07), -0.1, 0, Math.PI * 2);
  pen.fill();
}

/**
 * The tip between the teeth, over the lower lip.
 *
 * @param {Pen} pen
 * @param {Lips} lips
 * @param {Outline} outline
 */
function paintTongueTip(pen, lips, { wide, bottom }) {
  pen.globalAlpha = Math.min(1, lips.tongueOut * 1.3);
  pen.beginPath();
  pen.ellipse(0, bottom - 3, wide * 0.5, 12, 0, 0, Math.PI * 2);
  pen.lineWidth = 4;
  pen.stroke();
  pen.fillStyle = TONGUE;
  pen.fill();
  pen.globalAlpha = 1;
}

/**
 * Fullness of the lips, behind their line; the shadow under the lower one.
 *
 * @param {Pen} pen
 * @param {Lips} lips
 * @param {Outline} outline
 * @param {number} height
 */
function paintLips(pen, lips, outline, height) {
  const full = Math.max(lips.press, lips.pucker * Math.min(1, height / 14), lips.tuck * 0.9);
  if (full > 0.05) {
    pen.strokeStyle = LIP;
    pen.lineWidth = 8 + 15 * full;
    pen.globalAlpha = Math.min(1, full * 1.4);
    if (lips.tuck > 0.5) traceLip(pen, outline, false);
    else traceWhole(pen, outline);
    pen.stroke();
    pen.globalAlpha = 1;
  }
  if (height > 20 || lips.press > 0.5 || lips.tuck > 0.5) return;
  pen.strokeStyle = LINE;
  pen.globalAlpha = 0.35 * (1 - height / 20);
  pen.lineWidth = 5;
  pen.beginPath();
  pen.moveTo(-12, outline.bottom + 20);
  pen.quadraticCurveTo(0, outline.bottom + 24, 12, outline.bottom + 20);
  pen.stroke();
  pen.globalAlpha = 1;
}
