/**
 * Puts a figure together: the words of a look become the parts that are drawn.
 */

import { armWith } from './art/arm.js';
import { cape } from './art/cape.js';
import { catEars, foxEars, headphones, horns } from './art/crowns.js';
import { earrings, freckles, glasses, star } from './art/extras.js';
import { bob, braids } from './art/hair_braids.js';
import { long } from './art/hair_long.js';
import { tousled } from './art/hair_tousled.js';
import { twintails } from './art/hair_twintails.js';
import { hat } from './art/hat.js';
import { headOf } from './art/head.js';
import { hoodie } from './art/hoodie.js';
import { jacket } from './art/jacket.js';
import { foxTail, impTail } from './art/tails.js';

/**
 * @typedef {import('./frame.js').Part} Part
 * @typedef {import('./frame.js').Layer} Layer
 * @typedef {import('./parts.js').Parts} Parts
 *
 * @typedef {object} Figure
 * @property {Part[]} parts
 * @property {Layer} arm
 * @property {[x: number, y: number, radius: number]} lamp
 */

/** @type {Record<Parts['hair'], Part[]>} */
const HAIR = { long, tousled, braids, bob, twintails };
/** @type {Record<Parts['crown'], Part[]>} */
const CROWNS = { fox_ears: foxEars, cat_ears: catEars, horns, hat, headphones, none: [] };
/** @type {Record<Parts['outfit'], import('./art/neck.js').Outfit>} */
const OUTFITS = { hoodie, jacket, cape };
/** @type {Record<Parts['extra'], Part[]>} */
const EXTRAS = { star, earrings, glasses, freckles, none: [] };
/** @type {Record<Parts['tail'], Part[]>} */
const TAILS = { fox: foxTail, imp: impTail, none: [] };

/**
 * @param {Parts} words
 * @returns {Figure}
 */
export function figureOf(words) {
  const outfit = OUTFITS[words.outfit];
  const hair = words.crown === 'hat' ? HAIR[words.hair].filter(fitsUnderHat) : HAIR[words.hair];
  const parts = [
    ...TAILS[words.tail], ...hair, outfit.body, ...CROWNS[words.crown], headOf(words.face), ...EXTRAS[words.extra],
  ];
  return { parts, arm: armWith(outfit.sleeve), lamp: outfit.lamp };
}

/** What sticks up would stand through a hat. @type {(part: Part) => boolean} */
const fitsUnderHat = (part) => !('by' in part && part.by === 'whip' && part.box[1] < 60);
