/**
 * Outfit: a short jacket with a standing collar, crossed zip and marked shoulders.
 */

import { bothSides, downward, glow, oval, shape, stroke, within } from '../pen.js';
import { clothLine, darker, fade, lighter, mix } from '../palette.js';
import { BODY_BOX, SLEEVE, paintNeck } from './neck.js';

/** @typedef {import('../palette.js').Palette} Palette */
/** @typedef {CanvasRenderingContext2D} Pen */

const TORSO = 'M500 786 C440 786 400 792 336 806 C240 820 176 850 156 930 L146 1210 L854 1210 L844 930 C824 850 760 820 664 806'
  + ' C600 792 560 786 500 786 Z';
const SHIRT = 'M420 790 L500 930 L580 790 L560 760 Q500 818 440 760 Z';
const COLLAR_BACK = 'M372 800 C366 740 392 696 430 676 L570 676 C608 696 634 740 628 800 Z';
const COLLAR = 'M500 948 C440 910 384 862 352 792 C350 730 372 688 404 668 C412 720 436 764 470 800 Q492 830 500 868 Z';
const FLAP = 'M500 948 C540 910 610 866 648 792 C650 730 628 688 596 668 C588 720 564 764 530 800 Q508 830 500 868 Z';
const SHOULDER = 'M170 896 C182 842 250 820 330 808 L350 868 C290 876 236 896 204 936 Z';

/** @param {Pen} pen @param {Palette} palette */
function paintShade(pen, palette) {
  const line = clothLine(palette);
  within(pen, TORSO, () => {
    glow(pen, [500, 850, 270], [darker(palette.outfit, 0.8), 0.5], [1.15, 0.5]);
    glow(pen, [280, 930, 180], [lighter(palette.outfit, 0.4), 0.28], [0.8, 0.9]);
    for (const path of ['M252 1110 Q282 1000 262 940', 'M748 1110 Q718 1000 738 940']) stroke(pen, path, fade(line, 0.7), 9);
    shape(pen, 'M290 1090 L262 1210 L320 1210 L344 1090 Z', fade(palette.accent, 0.001));
    stroke(pen, 'M150 1040 L258 1056', palette.accent, 26);
    stroke(pen, 'M850 1040 L742 1056', palette.accent, 26);
    stroke(pen, 'M150 1074 L256 1088', palette.trim, 9);
    stroke(pen, 'M850 1074 L744 1088', palette.trim, 9);
  });
}

/** @param {Pen} pen @param {Palette} palette */
function paintZip(pen, palette) {
  const line = clothLine(palette);
  stroke(pen, 'M500 944 C476 1000 444 1060 430 1210', line, 17);
  stroke(pen, 'M500 944 C476 1000 444 1060 430 1210', palette.trim, 7);
  shape(pen, 'M560 1000 L664 976 L672 1010 L568 1034 Z', darker(palette.outfit, 0.25), line, 8);
  stroke(pen, 'M566 1020 L668 996', fade(palette.trim, 0.8), 5);
}

/** @type {import('./neck.js').Outfit} */
export const jacket = {
  lamp: [500, 862, 27],
  body: {
    slot: 'body',
    box: BODY_BOX,
    paint(pen, palette) {
      const cloth = palette.outfit;
      const line = clothLine(palette);
      shape(pen, COLLAR_BACK, darker(cloth, 0.45), line, 12);
      shape(pen, TORSO, downward(pen, [786, 1150], [lighter(cloth, 0.1), cloth, darker(cloth, 0.24)]), line, 13);
      paintShade(pen, palette);
      paintNeck(pen, palette);
      shape(pen, SHIRT, downward(pen, [770, 930], [palette.trim, mix(palette.trim, cloth, 0.3)]), line, 9);
      bothSides(pen, () => {
        shape(pen, SHOULDER, downward(pen, [808, 936], [lighter(palette.accent, 0.2), palette.accent]), line, 11);
        stroke(pen, 'M196 912 C222 876 276 856 334 846', fade('#ffffff', 0.4), 6);
        oval(pen, [318, 838, 9, 9], palette.trim);
      });
      for (const path of [COLLAR, FLAP]) {
        shape(pen, path, downward(pen, [668, 940], [lighter(cloth, 0.22), cloth]), line, 12);
        within(pen, path, () => stroke(pen, path, palette.accent, 24));
        stroke(pen, path, line, 6);
      }
      paintZip(pen, palette);
    },
  },
  sleeve(pen, palette) {
    shape(pen, SLEEVE, downward(pen, [880, 1110], [lighter(palette.outfit, 0.14), palette.outfit]),
      clothLine(palette), 13);
    within(pen, SLEEVE, () => {
      stroke(pen, 'M126 906 Q178 882 236 906', palette.accent, 60);
      stroke(pen, 'M126 946 Q178 922 244 944', palette.trim, 9);
    });
    stroke(pen, 'M132 884 Q176 864 226 884', clothLine(palette), 6);
  },
};
