/**
 * Hair: a parted fringe and two full tails that start high at the sides.
 */

import { bothSides, downward, oval, shape, stroke } from '../pen.js';
import { clothLine, darker, fade, hairLine, lighter, mix } from '../palette.js';
import { mirrored, softPart } from '../soft.js';
import { long } from './hair_long.js';

/** @typedef {import('../frame.js').Part} Part */

const TAIL = 'M262 262 C188 236 132 300 118 420 C104 540 129 640 108 760 C140 752 160 730 169 700 C172 760 163 800 148 840'
  + ' C209 800 241 700 244 600 C249 520 252 440 300 350 Z';
const CREASE = 'M244 290 C172 320 156 440 164 560 C169 620 164 660 156 700 M262 320 C212 380 204 480 212 600';

/** @type {(mirror: boolean) => Part} */
const tail = (mirror) => softPart('hairBack', { top: 250, bottom: 840, drift: [-4, 0], stiffness: 0.85 }, [
  {
    path: mirror ? mirrored(TAIL) : TAIL,
    fill: (pen, { hair, tips }) => downward(pen, [240, 840], [hair, hair, mix(hair, tips, 0.6), tips]),
    line: hairLine,
    width: 13,
  },
  { path: mirror ? mirrored(CREASE) : CREASE, line: (palette) => fade(hairLine(palette), 0.28), width: 7 },
]);

/** @type {Part} */
const cap = softPart('hairBack', { top: 360, bottom: 700, drift: [-12, 0], stiffness: 2.4 }, [
  {
    path: 'M264 380 C236 480 250 590 330 640 C390 680 440 690 500 690 C560 690 610 680 670 640 C750 590 764 480 736 380'
      + ' C728 230 630 170 500 170 C370 170 272 230 264 380 Z',
    fill: (_pen, palette) => darker(palette.hair, 0.32),
    line: hairLine,
    width: 13,
  },
]);

const BOW = [
  'M262 268 C278 214 320 204 318 250 C326 304 284 316 262 268 Z',
  'M262 268 C246 214 204 204 206 250 C198 304 240 316 262 268 Z',
];

/** @type {Part} */
const bands = {
  slot: 'crown', box: [200, 190, 600, 150], drift: [6, 4],
  paint(pen, palette) {
    bothSides(pen, () => {
      const silk = downward(pen, [210, 316], [lighter(palette.accent, 0.25), palette.accent]);
      for (const loop of BOW) shape(pen, loop, silk, clothLine(palette), 9);
      stroke(pen, 'M272 266 L296 256 M252 266 L228 256', fade(clothLine(palette), 0.5), 5);
      oval(pen, [262, 266, 17, 18], clothLine(palette));
      oval(pen, [261, 265, 11, 12], lighter(palette.accent, 0.45));
    });
  },
};

/** @type {Part[]} Fringe, cowlick and locks are those of long hair. */
export const twintails = [tail(false), tail(true), cap, ...long.filter(({ slot }) => slot === 'bangs'), bands];
