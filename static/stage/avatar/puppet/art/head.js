/**
 * The bare head: three shapes of face, with their shadows.
 */

import { downward, glow, shape, stroke, within } from '../pen.js';
import { fade, lighter, mix, skinLine, skinShade } from '../palette.js';

/** @typedef {import('../frame.js').Layer} Layer */

const OUTLINES = {
  round: 'M302 430 C296 512 316 574 378 622 C424 656 468 676 500 676 C532 676 576 656 622 622 C684 574 704 512 698 430'
    + ' C694 300 612 236 500 236 C388 236 306 300 302 430 Z',
  sharp: 'M304 426 C302 508 322 560 372 614 C414 658 464 694 500 696 C536 694 586 658 628 614 C678 560 698 508 696 426'
    + ' C692 300 612 236 500 236 C388 236 308 300 304 426 Z',
  soft: 'M300 430 C286 506 292 570 348 622 C394 660 454 672 500 672 C546 672 606 660 652 622 C708 570 714 506 700 430'
    + ' C696 300 612 236 500 236 C388 236 304 300 300 430 Z',
};

const HAIR_SHADOW = 'M286 220 L714 220 L716 486 Q718 440 684 396 Q672 430 644 452 Q640 410 606 370 Q592 420 548 456'
  + ' Q556 410 536 362 Q508 420 452 452 Q462 412 450 372 Q420 424 360 450 Q374 416 358 388 Q330 440 288 506 Z';

/**
 * @param {keyof typeof OUTLINES} kind
 * @returns {Layer}
 */
export function headOf(kind) {
  const outline = OUTLINES[kind];
  return {
    slot: 'head',
    box: [270, 220, 460, 490],
    drift: [4, 3],
    paint(pen, palette) {
      const { skin } = palette;
      const shade = skinShade(palette);
      shape(pen, outline, downward(pen, [240, 676], [skin, skin, mix(skin, '#ff9c8a', 0.14)]), skinLine(palette), 10);
      within(pen, outline, () => {
        shape(pen, HAIR_SHADOW, fade(shade, 0.5));
        glow(pen, [312, 560, 92], [shade, 0.42], [0.55, 1]);
        glow(pen, [688, 560, 92], [shade, 0.42], [0.55, 1]);
        glow(pen, [500, 690, 120], [shade, 0.35], [1.1, 0.32]);
        glow(pen, [500, 590, 120], [lighter(skin, 0.7), 0.55], [1, 0.55]);
      });
      stroke(pen, 'M494 548 Q503 557 511 547', fade(mix(shade, '#a83a58', 0.4), 0.85), 6.5);
      stroke(pen, 'M505 533 L508 530', fade(lighter(skin, 0.9), 0.9), 7);
    },
  };
}
