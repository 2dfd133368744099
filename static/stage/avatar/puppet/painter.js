/**
 * A figure made ready for one canvas: still parts painted into bitmaps, inks mixed, everything in its drawing order.
 */

import { Eyes } from './eyes.js';
import { figureOf } from './figure.js';
import { SLOTS } from './frame.js';
import { Mouth } from './mouth.js';

/**
 * @typedef {import('./frame.js').Layer} Layer
 * @typedef {import('./frame.js').Swing} Swing
 * @typedef {import('./frame.js').Slot} Slot
 * @typedef {import('./palette.js').Palette} Palette
 * @typedef {CanvasRenderingContext2D} Pen
 *
 * @typedef {{yaw: number, pitch: number}} Turn How the head is turned: -1 left or up, 1 right or down.
 * @typedef {(pen: Pen, swing: Swing, turn: Turn) => void} Draw
 */

/** Hair above this stays under a hat. */
const HAT_EDGE = 246;

/** One look at one size. */
export class Painted {
  /** @type {Map<Slot, Draw[]>} */ #slots = new Map();

  /**
   * @param {Pen} pen Of the canvas it will be drawn on.
   * @param {Palette} palette
   * @param {import('./parts.js').Parts} words
   * @param {number} scale Pixels per puppet unit.
   */
  constructor(pen, palette, words, scale) {
    const { parts, arm, lamp } = figureOf(words);
    for (const slot of SLOTS) this.#slots.set(slot, []);
    for (const part of parts) {
      const isUnderHat = words.crown === 'hat' && part.slot === 'bangs';
      const draw = 'paint' in part ? still(part, palette, scale, isUnderHat) : soft(part, pen, palette);
      this.#slots.get(part.slot)?.push(draw);
    }
    this.eyes = new Eyes(pen, palette, words.eye_shape);
    this.mouth = new Mouth(pen);
    this.lamp = lamp;
    this.arm = still(arm, palette, scale, false);
  }

  /**
   * @param {Slot} slot
   * @param {Pen} pen
   * @param {Swing} swing
   * @param {Turn} turn
   */
  draw(slot, pen, swing, turn) {
    for (const draw of this.#slots.get(slot) ?? []) draw(pen, swing, turn);
  }
}

/**
 * @param {Layer} layer
 * @param {Palette} palette
 * @param {number} scale
 * @param {boolean} isUnderHat
 * @returns {Draw}
 */
function still(layer, palette, scale, isUnderHat) {
  const [x, y, width, height] = layer.box;
  const bitmap = bitmapOf(layer, palette, scale, isUnderHat);
  const { pivot: [pivotX, pivotY] = [0, 0], by, gain = 1, drift: [driftX, driftY] = [0, 0] } = layer;
  return (pen, swing, turn) => {
    const angle = by ? swing[by] * gain : 0;
    pen.save();
    pen.translate(turn.yaw * driftX + pivotX, turn.pitch * driftY + pivotY);
    if (angle) pen.rotate(angle);
    pen.drawImage(bitmap, x - pivotX, y - pivotY, width, height);
    pen.restore();
  };
}

/**
 * @param {Layer} layer
 * @param {Palette} palette
 * @param {number} scale
 * @param {boolean} isUnderHat
 * @returns {HTMLCanvasElement}
 */
function bitmapOf(layer, palette, scale, isUnderHat) {
  const [x, y, width, height] = layer.box;
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const pen = canvas.getContext('2d');
  if (!pen) return canvas;
  pen.scale(canvas.width / width, canvas.height / height);
  pen.translate(-x, -y);
  if (isUnderHat) {
    pen.beginPath();
    pen.rect(x, HAT_EDGE, width, height);
    pen.clip();
  }
  layer.paint(pen, palette);
  return canvas;
}

/**
 * @param {import('./frame.js').Soft} part
 * @param {Pen} pen
 * @param {Palette} palette
 * @returns {Draw}
 */
function soft(part, pen, palette) {
  const draw = part.prepare(pen, palette);
  const [driftX, driftY] = part.drift ?? [0, 0];
  return (live, swing, turn) => {
    live.save();
    live.translate(turn.yaw * driftX, turn.pitch * driftY);
    draw(live, swing);
    live.restore();
  };
}
