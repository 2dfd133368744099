/**
 * A soft pointed hat with a broad brim; its tip lives its own life.
 */

import { downward, glow, oval, shape, starPath, stroke, within } from '../pen.js';
import { clothLine, darker, fade, lighter, mix } from '../palette.js';

/** @typedef {import('../frame.js').Layer} Layer */

const BRIM_BACK = 'M112 268 C150 170 320 120 500 120 C680 120 850 170 888 268 C850 330 700 300 500 300 C300 300 150 330 112 268 Z';
const BRIM = 'M106 282 C96 250 130 236 176 246 C280 268 380 276 500 276 C620 276 720 268 824 246 C870 236 904 250 894 282'
  + ' C872 350 720 376 500 376 C280 376 128 350 106 282 Z';
const CONE = 'M250 306 C264 222 312 130 376 78 C424 40 486 26 548 34 C596 70 700 200 750 306 C620 336 380 336 250 306 Z';
const BAND = 'M254 304 Q262 262 276 226 C400 256 600 256 722 228 Q740 262 750 304 C620 336 380 336 254 304 Z';
const PEAK = 'M366 104 C384 24 468 -40 566 -36 C652 -34 728 14 760 96 C766 120 746 138 726 124 C690 88 648 70 608 88'
  + ' C560 108 426 144 366 104 Z';

/** The hat is drawn larger than it is worn. @param {CanvasRenderingContext2D} pen */
function fit(pen) {
  pen.translate(500, 276);
  pen.scale(0.9, 0.9);
  pen.translate(-500, -308);
}

/** @type {Layer[]} */
export const hat = [
  {
    slot: 'crownBack', box: [90, 80, 820, 230], drift: [-6, -8],
    paint(pen, palette) {
      fit(pen);
      shape(pen, BRIM_BACK, darker(palette.outfit, 0.45), clothLine(palette), 12);
    },
  },
  {
    slot: 'crown', box: [330, -76, 470, 250], pivot: [455, 80], by: 'peak', drift: [14, 12],
    paint(pen, palette) {
      fit(pen);
      const cloth = palette.outfit;
      shape(pen, PEAK, downward(pen, [-36, 136], [lighter(cloth, 0.2), cloth, darker(cloth, 0.15)]),
        clothLine(palette), 13);
      within(pen, PEAK, () => {
        stroke(pen, 'M412 92 Q440 26 520 -6', fade('#ffffff', 0.2), 12);
        stroke(pen, 'M566 78 Q606 40 664 44', fade(clothLine(palette), 0.4), 7);
      });
      pen.save();
      pen.translate(742, 132);
      pen.rotate(0.2);
      shape(pen, starPath(34, 0.5), palette.accent, clothLine(palette), 10);
      shape(pen, starPath(15, 0.5), lighter(palette.accent, 0.6));
      pen.restore();
    },
  },
  {
    slot: 'crown', box: [90, -20, 820, 390], drift: [12, 9],
    paint(pen, palette) {
      fit(pen);
      const cloth = palette.outfit;
      const line = clothLine(palette);
      shape(pen, CONE, downward(pen, [-20, 300], [cloth, lighter(cloth, 0.12), darker(cloth, 0.1)]), line, 13);
      within(pen, CONE, () => {
        glow(pen, [400, 120, 130], [lighter(cloth, 0.4), 0.35], [0.6, 1]);
        glow(pen, [690, 220, 140], [darker(cloth, 0.6), 0.5], [0.7, 1.1]);
        stroke(pen, 'M568 84 Q604 140 594 190', fade(line, 0.4), 8);
        stroke(pen, 'M352 164 Q384 184 430 174', fade(line, 0.35), 8);
      });
      shape(pen, BAND, downward(pen, [226, 330], [palette.accent, darker(palette.accent, 0.22)]), line, 9);
      shape(pen, BRIM, downward(pen, [236, 376], [lighter(cloth, 0.14), cloth, darker(cloth, 0.14)]), line, 13);
      within(pen, BRIM, () => {
        stroke(pen, BRIM, palette.trim, 20);
        stroke(pen, 'M150 268 C300 296 700 296 850 268', fade(line, 0.25), 10);
      });
      stroke(pen, BRIM, line, 7);
      paintLeaf(pen, palette);
    },
  },
];

/** A sprig at the band. @param {CanvasRenderingContext2D} pen @param {import('../palette.js').Palette} palette */
function paintLeaf(pen, palette) {
  const green = mix('#5fb46b', palette.eyes, 0.25);
  pen.save();
  pen.translate(326, 262);
  for (const [angle, size] of /** @type {const} */ ([[-1.15, 1], [-0.35, 1.2], [0.5, 0.9]])) {
    pen.save();
    pen.rotate(angle);
    pen.scale(size, size);
    shape(pen, 'M0 0 C-30 -30 -26 -74 0 -92 C26 -74 30 -30 0 0 Z', green, darker(green, 0.62), 8);
    stroke(pen, 'M0 -8 L0 -70', fade(darker(green, 0.6), 0.6), 5);
    pen.restore();
  }
  for (const [x, y] of /** @type {const} */ ([[-14, 4], [14, 8], [2, -12]])) {
    oval(pen, [x, y, 15, 15], darker('#e0485f', 0.6));
    oval(pen, [x, y, 11, 11], '#e8526a');
    oval(pen, [x - 3, y - 4, 4, 3], fade('#ffffff', 0.8));
  }
  pen.restore();
}
