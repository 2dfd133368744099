/**
 * What every outfit stands around: neck and shoulders, and the picture's room for a body.
 */

import { glow, shape, within } from '../pen.js';
import { skinLine, skinShade } from '../palette.js';

/**
 * @typedef {import('../palette.js').Palette} Palette
 *
 * @typedef {object} Outfit
 * @property {import('../frame.js').Layer} body
 * @property {[x: number, y: number, radius: number]} lamp Where the light of the feeling is worn.
 * @property {(pen: CanvasRenderingContext2D, palette: Palette) => void} sleeve Of the waving arm.
 */

/** @type {import('../frame.js').Box} */
export const BODY_BOX = [60, 600, 880, 620];

const NECK = 'M440 630 L442 756 Q500 818 558 756 L560 630 Z';

/** @param {CanvasRenderingContext2D} pen @param {Palette} palette */
export function paintNeck(pen, palette) {
  shape(pen, NECK, palette.skin, skinLine(palette), 7);
  within(pen, NECK, () => glow(pen, [500, 690, 110], [skinShade(palette), 0.95], [1.1, 0.85]));
}

export const SLEEVE = 'M210 1230 C146 1110 122 990 132 884 Q176 864 226 884 C240 960 290 1030 352 1080 L352 1230 Z';
