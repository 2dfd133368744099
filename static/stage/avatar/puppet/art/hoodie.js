/**
 * Outfit: a big-collared hoodie with cords.
 */

import { downward, glow, shape, stroke, within } from '../pen.js';
import { clothLine, darker, fade, lighter } from '../palette.js';
import { BODY_BOX, SLEEVE, paintNeck } from './neck.js';

/** @typedef {import('../palette.js').Palette} Palette */
/** @typedef {CanvasRenderingContext2D} Pen */

const HOOD = 'M286 856 C262 760 366 690 500 690 C634 690 738 760 714 856 Z';
const TORSO = 'M500 786 C430 786 400 800 340 822 C250 854 206 930 184 1110 L176 1210 L824 1210 L816 1110 C794 930 750 854 660 822'
  + ' C600 800 570 786 500 786 Z';
const COLLAR = 'M500 872 C474 856 446 800 440 748 C404 756 350 786 326 838 C334 884 420 922 486 930 Q500 904 500 872 Z';
const COLLAR_RIGHT = 'M500 872 C526 856 554 800 560 748 C596 756 650 786 674 838 C666 884 580 922 514 930 Q500 904 500 872 Z';

/** @param {Pen} pen @param {Palette} palette */
function paintShade(pen, palette) {
  const dark = fade(darker(palette.outfit, 0.7), 0.5);
  within(pen, TORSO, () => {
    glow(pen, [500, 850, 260], [darker(palette.outfit, 0.8), 0.55], [1.15, 0.5]);
    glow(pen, [310, 880, 190], [lighter(palette.outfit, 0.35), 0.3], [0.9, 0.7]);
    for (const path of ['M272 1110 Q300 1010 284 940', 'M728 1110 Q700 1010 716 940', 'M332 1110 Q348 1060 344 1020',
      'M668 1110 Q652 1060 656 1020']) stroke(pen, path, dark, 8);
    stroke(pen, 'M180 1018 Q240 980 300 1010', palette.accent, 22);
    stroke(pen, 'M820 1018 Q760 980 700 1010', palette.accent, 22);
  });
}

/** @param {Pen} pen @param {Palette} palette */
function paintFront(pen, palette) {
  const line = clothLine(palette);
  for (const path of [COLLAR, COLLAR_RIGHT]) {
    shape(pen, path, downward(pen, [748, 930], [lighter(palette.outfit, 0.24), palette.outfit]), line, 11);
    within(pen, path, () => stroke(pen, path, palette.trim, 22));
    stroke(pen, path, line, 5);
  }
  stroke(pen, 'M500 930 L500 1210', line, 10);
  stroke(pen, 'M500 940 L500 1210', fade(palette.trim, 0.75), 3);
  for (const [cord, aglet] of /** @type {const} */ ([
    ['M440 916 Q430 970 438 1006', 'M438 1000 L439 1026'], ['M560 916 Q570 960 562 986', 'M562 980 L561 1006'],
  ])) {
    stroke(pen, cord, line, 15);
    stroke(pen, cord, palette.trim, 8);
    stroke(pen, aglet, line, 24);
    stroke(pen, aglet, palette.accent, 15);
  }
}

/** @type {import('./neck.js').Outfit} */
export const hoodie = {
  lamp: [500, 912, 26],
  body: {
    slot: 'body',
    box: BODY_BOX,
    paint(pen, palette) {
      const cloth = palette.outfit;
      shape(pen, HOOD, darker(cloth, 0.35), clothLine(palette), 13);
      shape(pen, TORSO, downward(pen, [786, 1150], [lighter(cloth, 0.12), cloth, darker(cloth, 0.22)]),
        clothLine(palette), 13);
      paintShade(pen, palette);
      paintNeck(pen, palette);
      paintFront(pen, palette);
    },
  },
  sleeve(pen, palette) {
    shape(pen, SLEEVE, downward(pen, [880, 1110], [lighter(palette.outfit, 0.16), palette.outfit]),
      clothLine(palette), 13);
    within(pen, SLEEVE, () => {
      stroke(pen, 'M128 892 Q178 872 232 892', palette.trim, 34);
      stroke(pen, 'M126 930 Q178 906 240 928', palette.accent, 14);
    });
    stroke(pen, 'M132 884 Q176 864 226 884', clothLine(palette), 6);
  },
};
