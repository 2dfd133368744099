/**
 * Outfit: a scalloped cape over a dress, closed with a wide bow.
 */

import { bothSides, downward, glow, oval, shape, stroke, within } from '../pen.js';
import { clothLine, darker, fade, lighter, mix } from '../palette.js';
import { BODY_BOX, SLEEVE, paintNeck } from './neck.js';

/** @typedef {import('../palette.js').Palette} Palette */
/** @typedef {CanvasRenderingContext2D} Pen */

const DRESS = 'M404 810 L596 810 C640 900 680 1000 690 1210 L310 1210 C320 1000 360 900 404 810 Z';
const CAPE = 'M440 760 C380 780 300 820 250 880 C200 950 150 1060 130 1140 Q176 1170 220 1134 Q250 1176 300 1140 Q330 1172 376 1136'
  + ' C400 1050 440 960 500 900 C560 960 600 1050 624 1136 Q670 1172 700 1140 Q750 1176 780 1134 Q824 1170 870 1140'
  + ' C850 1060 800 950 750 880 C700 820 620 780 560 760 Q500 818 440 760 Z';
const COLLAR = 'M500 880 C450 880 380 860 352 800 C372 762 410 744 440 742 C446 800 474 836 500 850 Z';
const BOW = 'M500 884 C470 836 392 820 366 846 C346 880 356 936 376 950 C420 956 474 928 500 900 Z';
const RIBBON = 'M492 900 C470 950 440 1000 410 1030 L446 1036 L456 1066 C490 1020 506 960 508 900 Z';

const FRILL = ' M120 910 C110 880 130 862 180 862 C230 862 250 880 240 910 Q210 934 180 920 Q150 936 120 910 Z';

/** @type {import('./neck.js').Outfit} */
export const cape = {
  lamp: [500, 892, 25],
  body: {
    slot: 'body',
    box: BODY_BOX,
    paint(pen, palette) {
      const cloth = palette.outfit;
      const line = clothLine(palette);
      const dress = mix(palette.trim, cloth, 0.08);
      shape(pen, DRESS, downward(pen, [860, 1140], [mix(dress, cloth, 0.35), dress]), line, 11);
      for (const y of [990, 1050, 1110]) oval(pen, [500, y, 10, 10], palette.accent);
      paintNeck(pen, palette);
      shape(pen, CAPE, downward(pen, [760, 1150], [lighter(cloth, 0.16), cloth, darker(cloth, 0.2)]), line, 13);
      within(pen, CAPE, () => {
        glow(pen, [500, 800, 260], [darker(cloth, 0.8), 0.5], [1.2, 0.5]);
        glow(pen, [290, 960, 170], [lighter(cloth, 0.4), 0.3], [0.8, 1]);
        stroke(pen, CAPE, palette.trim, 24);
        for (const path of ['M300 880 Q240 990 226 1110', 'M700 880 Q760 990 774 1110', 'M370 880 Q320 1000 306 1120',
          'M630 880 Q680 1000 694 1120']) stroke(pen, path, fade(line, 0.4), 8);
      });
      stroke(pen, CAPE, line, 6);
      bothSides(pen, () => {
        shape(pen, COLLAR, downward(pen, [742, 880], [palette.trim, mix(palette.trim, cloth, 0.2)]), line, 10);
        shape(pen, RIBBON, darker(palette.accent, 0.14), line, 10);
        shape(pen, BOW, downward(pen, [826, 950], [lighter(palette.accent, 0.3), palette.accent]), line, 11);
        stroke(pen, 'M478 888 Q430 870 396 880 M478 900 Q440 906 400 926', fade(line, 0.45), 6);
      });
    },
  },
  sleeve(pen, palette) {
    const dress = mix(palette.trim, palette.outfit, 0.08);
    const cloth = downward(pen, [870, 1110], [dress, mix(dress, palette.outfit, 0.4)]);
    shape(pen, SLEEVE + FRILL, cloth, clothLine(palette), 13);
    stroke(pen, 'M138 946 Q180 926 232 944', palette.accent, 18);
  },
};
