/**
 * Hair: long and straight with a blunt fringe and a cowlick.
 */

import { downward, locks, shape, stroke, within } from '../pen.js';
import { darker, fade, hairLine, lighter, mix } from '../palette.js';
import { mirrored, softPart } from '../soft.js';

/** @typedef {import('../frame.js').Part} Part */

const BACK = 'M244 400 C206 520 172 650 196 812 Q240 800 256 752 Q268 826 318 860 Q334 820 338 776 Q366 850 424 866'
  + ' L576 866 Q634 850 662 776 Q666 820 682 860 Q732 826 744 752 Q760 800 804 812 C828 650 794 520 756 400'
  + ' C740 240 640 170 500 170 C360 170 260 240 244 400 Z';
const CREASES = 'M262 500 Q230 650 250 752 M330 560 Q314 690 336 776 M738 500 Q770 650 750 752 M670 560 Q686 690 664 776';
const SHADOW = 'M300 420 C296 560 330 700 352 800 L648 800 C670 700 704 560 700 420 Z';

const LOCK = 'M262 372 C222 480 196 640 226 806 C262 772 280 724 288 668 Q312 716 304 752 C332 694 328 612 314 540'
  + ' C306 480 312 430 334 384 Z';
const LOCK_CREASE = 'M290 400 Q250 560 254 716 M300 470 Q294 570 306 650';
const LOCK_SHINE = 'M256 476 Q228 610 236 706 Q252 610 270 476 Z';

/** @type {Part} */
const back = softPart('hairBack', { top: 360, bottom: 880, drift: [-14, 0], stiffness: 1.2 }, [
  {
    path: BACK,
    fill: (pen, palette) => {
      const base = darker(palette.hair, 0.3);
      return downward(pen, [180, 868], [base, base, mix(base, palette.tips, 0.5), mix(base, palette.tips, 0.85)]);
    },
    line: hairLine,
    width: 13,
  },
  { path: SHADOW, fill: (_pen, palette) => fade(darker(palette.hair, 0.72), 0.4) },
  { path: CREASES, line: (palette) => fade(hairLine(palette), 0.35), width: 7 },
]);

/** @type {(mirror: boolean) => Part} */
const lock = (mirror) => softPart('sides', { top: 380, bottom: 810, drift: [9, 5] }, [
  {
    path: mirror ? mirrored(LOCK) : LOCK,
    fill: (pen, { hair, tips }) => downward(pen, [372, 806], [hair, hair, mix(hair, tips, 0.55), tips]),
    line: hairLine,
    width: 11,
  },
  {
    path: mirror ? mirrored(LOCK_CREASE) : LOCK_CREASE,
    line: (palette) => fade(hairLine(palette), 0.24),
    width: 6,
  },
  { path: mirror ? mirrored(LOCK_SHINE) : LOCK_SHINE, fill: (_pen, { hair }) => fade(lighter(hair, 0.8), 0.5) },
]);

const FRINGE = `M250 462C228 276 338 140 502 140C664 140 772 276 750 462Q738 484 720 502${locks([720, 502], [
  [[680, 366], [680, 366], 0.1, 0],
  [[648, 418], [610, 328], -0.16, 0.1],
  [[552, 424], [536, 318], -0.16, 0.12],
  [[446, 420], [446, 330], -0.14, 0.12],
  [[350, 418], [356, 344], -0.14, 0.12],
  [[280, 502], [250, 462], -0.12, 0.05],
])}Z`;

/** @type {Part} */
const fringe = {
  slot: 'bangs', box: [216, 120, 568, 410], pivot: [500, 160], by: 'root', gain: 0.14, drift: [15, 11],
  paint(pen, palette) {
    const { hair } = palette;
    const tint = mix(hair, palette.tips, 0.36);
    shape(pen, FRINGE, downward(pen, [140, 500], [lighter(hair, 0.18), hair, tint]), hairLine(palette), 12);
    within(pen, FRINGE, () => {
      const crease = fade(hairLine(palette), 0.26);
      for (const path of ['M520 146 Q420 220 366 384', 'M526 146 Q474 240 462 370', 'M534 146 Q550 240 546 360',
        'M542 146 Q608 220 616 366', 'M548 146 Q664 220 688 390', 'M512 144 Q330 210 282 430']) stroke(pen, path, crease, 6);
      paintShine(pen);
    });
  },
};

/** A band of light over the crown. @param {CanvasRenderingContext2D} pen */
export function paintShine(pen) {
  const shine = fade('#ffffff', 0.5);
  shape(pen, 'M286 322 Q312 226 408 204 Q350 252 344 308 Q326 292 318 318 Q304 300 286 322 Z', shine);
  shape(pen, 'M424 200 Q462 190 506 194 Q468 236 462 288 Q446 262 436 290 Q418 266 404 296 Q396 238 424 200 Z', shine);
  shape(pen, 'M560 198 Q640 212 684 272 Q664 262 660 286 Q638 256 630 278 Q610 222 560 198 Z', shine);
}

/** @type {Part} */
export const cowlick = {
  slot: 'bangs', box: [430, 14, 190, 170], pivot: [510, 156], by: 'whip', drift: [6, 6],
  paint(pen, palette) {
    const path = 'M486 160 C470 96 496 40 568 32 C590 30 608 44 610 60 C588 50 554 58 540 90 C528 116 528 138 532 160 Z';
    shape(pen, path, downward(pen, [30, 160], [palette.tips, palette.hair]), hairLine(palette), 11);
  },
};

/** @type {Part[]} */
export const long = [back, lock(false), lock(true), cowlick, fringe];
