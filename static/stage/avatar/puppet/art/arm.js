/**
 * The arm that waves: hand and sleeve.
 */

import { downward, shape, stroke } from '../pen.js';
import { darker, fade, mix, skinLine } from '../palette.js';

const HAND = 'M140 890 C112 840 108 800 124 770 L104 704 Q100 676 122 672 Q140 670 148 694 L164 748 L158 660 Q160 636 180 636'
  + ' Q200 636 202 660 L206 748 L226 676 Q234 654 252 660 Q270 668 264 690 L246 776 L274 752 Q292 738 306 752 Q316 766 304 782'
  + ' C276 824 250 860 226 892 Q180 872 140 890 Z';

/**
 * @param {(pen: CanvasRenderingContext2D, palette: import('../palette.js').Palette) => void} sleeve
 * @returns {import('../frame.js').Layer}
 */
export function armWith(sleeve) {
  return {
    slot: 'extra',
    box: [90, 620, 290, 620],
    paint(pen, palette) {
      shape(pen, HAND, downward(pen, [640, 890], [palette.skin, mix(palette.skin, '#ff9c8a', 0.22)]), skinLine(palette), 12);
      stroke(pen, 'M156 806 Q186 788 222 806', fade(darker(palette.skin, 0.4), 0.4), 6);
      sleeve(pen, palette);
    },
  };
}
