/**
 * What stands on the head: ears, horns, headphones. The hat has a room of its own.
 */

import { downward, flipped, glow, oval, shape, stroke, within } from '../pen.js';
import { clothLine, darker, fade, hairLine, innerEar, lighter, mix } from '../palette.js';

/**
 * @typedef {import('../frame.js').Layer} Layer
 * @typedef {import('../palette.js').Palette} Palette
 * @typedef {CanvasRenderingContext2D} Pen
 */

const FOX_EAR = 'M262 338 C206 262 176 132 214 18 C224 -10 258 -8 284 16 C350 76 410 150 436 226 L340 320 Z';
const FOX_INSIDE = 'M282 292 C238 226 214 136 236 52 C242 36 258 42 274 58 C322 108 364 168 386 224 Z';

/** @type {(pen: Pen, palette: Palette) => void} */
function paintFoxEar(pen, palette) {
  const tip = mix(palette.hair, palette.tips, 0.85);
  shape(pen, FOX_EAR, downward(pen, [0, 320], [tip, palette.hair, palette.hair]), hairLine(palette), 13);
  const pink = innerEar(palette);
  shape(pen, FOX_INSIDE, downward(pen, [40, 300], [lighter(pink, 0.35), pink, darker(pink, 0.2)]));
  within(pen, FOX_INSIDE, () => glow(pen, [372, 240, 120], [darker(pink, 0.6), 0.5]));
  shape(pen, 'M296 332 C262 296 254 250 258 206 C272 232 282 240 292 250 C290 222 298 196 310 172 C314 204 324 222 334 236'
    + ' C340 214 350 200 364 190 C364 222 378 240 392 252 L360 330 Z', lighter(palette.hair, 0.6));
}

const CAT_EAR = 'M272 330 C236 262 224 150 250 86 C256 72 272 72 284 82 C346 128 402 176 432 232 L350 316 Z';
const CAT_INSIDE = 'M296 288 C268 226 260 160 274 118 C318 152 356 188 384 226 Z';

/** @type {(pen: Pen, palette: Palette) => void} */
function paintCatEar(pen, palette) {
  shape(pen, CAT_EAR, downward(pen, [80, 320], [mix(palette.hair, palette.tips, 0.6), palette.hair]),
    hairLine(palette), 13);
  const pink = innerEar(palette);
  shape(pen, CAT_INSIDE, downward(pen, [110, 290], [lighter(pink, 0.3), darker(pink, 0.15)]));
  shape(pen, 'M300 318 C284 284 284 256 292 232 Q300 254 312 260 Q314 236 326 220 Q332 246 346 254 Q352 238 364 230'
    + ' L366 312 Z', lighter(palette.hair, 0.5));
}

/**
 * @param {(pen: Pen, palette: Palette) => void} paint The left one.
 * @param {number} gain
 * @returns {Layer[]}
 */
function ears(paint, gain) {
  return [
    {
      slot: 'crownBack', box: [170, -32, 290, 392], pivot: [352, 300], by: 'earLeft', gain, drift: [-10, -12], paint,
    },
    {
      slot: 'crownBack', box: [540, -32, 290, 392], pivot: [648, 300], by: 'earRight', gain, drift: [-10, -12],
      paint: (pen, palette) => flipped(pen, () => paint(pen, palette)),
    },
  ];
}

/** @type {Layer[]} */
export const foxEars = ears(paintFoxEar, 1);
/** @type {Layer[]} */
export const catEars = ears(paintCatEar, 0.8);

const HORN = 'M318 262 C262 240 214 176 214 96 C214 66 232 34 252 22 C246 68 262 112 300 142 C334 168 366 176 384 214'
  + ' C376 242 350 262 318 262 Z';
const RINGS = ['M226 152 Q262 148 286 128', 'M246 196 Q288 190 314 156', 'M280 232 Q322 222 350 180'];

/** @type {(pen: Pen, palette: Palette) => void} */
function paintHorn(pen, palette) {
  const base = mix(darker(palette.accent, 0.55), '#2a1d33', 0.35);
  shape(pen, HORN, downward(pen, [20, 262], [lighter(palette.accent, 0.35), palette.accent, base, base]),
    darker(base, 0.6), 12);
  within(pen, HORN, () => {
    for (const ring of RINGS) stroke(pen, ring, fade(darker(base, 0.7), 0.45), 7);
    stroke(pen, 'M226 70 C228 140 260 192 316 222', fade('#ffffff', 0.35), 9);
  });
}

/** @type {Layer[]} */
export const horns = [
  { slot: 'extra', box: [190, 0, 220, 290], pivot: [340, 240], by: 'earLeft', gain: 0.12, drift: [4, 2], paint: paintHorn },
  {
    slot: 'extra', box: [590, 0, 220, 290], pivot: [660, 240], by: 'earRight', gain: 0.12, drift: [4, 2],
    paint: (pen, palette) => flipped(pen, () => paintHorn(pen, palette)),
  },
];

/** @type {(pen: Pen, palette: Palette) => void} */
function paintCup(pen, palette) {
  const line = clothLine(palette);
  shape(pen, 'M282 380 Q286 344 262 340 Q220 348 212 420 Q214 496 256 512 Q284 508 284 470 Z', darker(palette.outfit, 0.2), line, 11);
  shape(pen, 'M256 348 Q214 360 210 426 Q214 492 252 504 Q236 430 256 348 Z',
    downward(pen, [340, 510], [lighter(palette.accent, 0.25), palette.accent, darker(palette.accent, 0.25)]), line, 8);
  oval(pen, [232, 426, 7, 26], fade('#ffffff', 0.75));
}

/** @type {Layer[]} */
export const headphones = [
  {
    slot: 'crown', box: [196, 90, 608, 430], drift: [8, 6],
    paint(pen, palette) {
      const line = clothLine(palette);
      const band = 'M246 380 C230 196 356 112 500 112 C644 112 770 196 754 380';
      stroke(pen, band, line, 44);
      stroke(pen, band, palette.outfit, 24);
      stroke(pen, 'M300 214 C350 150 424 124 500 124', fade('#ffffff', 0.35), 7);
      paintCup(pen, palette);
      flipped(pen, () => paintCup(pen, palette));
    },
  },
  ...['M250 352 L196 196', 'M750 352 L804 196'].map((path, index) => /** @type {Layer} */ ({
    slot: 'crown', box: index ? [720, 150, 120, 230] : [160, 150, 120, 230], pivot: index ? [750, 352] : [250, 352],
    by: index ? 'earRight' : 'earLeft', gain: 0.9, drift: [8, 6],
    paint(pen, palette) {
      stroke(pen, path, clothLine(palette), 26);
      stroke(pen, path, palette.trim, 11);
      oval(pen, [index ? 804 : 196, 196, 25, 25], clothLine(palette));
      oval(pen, [index ? 804 : 196, 196, 17, 17], palette.accent);
      oval(pen, [index ? 799 : 191, 190, 6, 6], fade('#ffffff', 0.85));
    },
  })),
];
