/**
 * Hair: short, wind-blown, swept to one side, shaved close on the other.
 */

import { downward, locks, shape, stroke, within } from '../pen.js';
import { darker, fade, hairLine, lighter, mix } from '../palette.js';
import { softPart } from '../soft.js';

/** @typedef {import('../frame.js').Part} Part */

const BACK = `M280 300${locks([280, 300], [
  [[206, 418], [262, 432], 0.1, -0.1],
  [[196, 540], [272, 528], 0.12, -0.16],
  [[236, 668], [318, 612], 0.14, -0.18],
  [[330, 752], [404, 672], 0.16, -0.14],
  [[470, 764], [520, 680], 0.1, 0],
  [[600, 764], [606, 668], 0, 0.14],
  [[680, 740], [690, 600], 0.12, 0.16],
  [[766, 646], [728, 520], 0.14, 0.12],
  [[796, 524], [736, 430], 0.14, 0.1],
  [[780, 414], [720, 300], 0.1, 0.1],
])}Z`;

/** @type {Part} */
const back = softPart('hairBack', { top: 320, bottom: 760, drift: [-12, 0], stiffness: 2 }, [
  {
    path: BACK,
    fill: (pen, palette) => {
      const base = darker(palette.hair, 0.34);
      return downward(pen, [300, 760], [base, base, mix(base, palette.tips, 0.7)]);
    },
    line: hairLine,
    width: 13,
  },
]);

const CROWN = `M262 470${locks([262, 470], [
  [[214, 386], [262, 356], -0.12, 0.12],
  [[190, 268], [276, 270], -0.16, 0.1],
  [[214, 140], [322, 190], -0.2, 0.12],
  [[316, 44], [416, 136], -0.2, 0.16],
  [[470, 2], [530, 118], -0.14, 0.22],
  [[652, 22], [640, 150], 0.06, 0.26],
  [[768, 110], [714, 220], 0.1, 0.24],
  [[822, 236], [748, 302], 0.1, 0.2],
  [[818, 368], [742, 392], 0.12, 0.16],
  [[766, 470], [726, 470], 0.1, 0.1],
  [[694, 420], [664, 372], 0, 0],
])}Q640 330 600 312${locks([600, 312], [
  [[628, 424], [528, 322], -0.1, 0.22],
  [[508, 464], [430, 336], -0.16, 0.22],
  [[376, 446], [340, 368], -0.18, 0.16],
  [[290, 506], [262, 470], -0.14, 0],
])}Z`;

const STRANDS = ['M600 132 Q470 190 424 340', 'M596 128 Q560 214 530 326', 'M604 130 Q650 190 668 368', 'M590 128 Q400 160 326 350',
  'M582 124 Q360 120 262 350', 'M612 132 Q712 190 742 300', 'M596 124 Q480 70 420 132', 'M606 126 Q640 84 640 150'];

/** @type {Part} */
const crown = {
  slot: 'bangs', box: [160, -24, 690, 550], pivot: [520, 170], by: 'root', gain: 0.16, drift: [14, 10],
  paint(pen, palette) {
    const { hair, tips } = palette;
    shape(pen, CROWN, downward(pen, [0, 510], [tips, mix(hair, tips, 0.2), hair, hair, mix(hair, tips, 0.65)]),
      hairLine(palette), 13);
    within(pen, CROWN, () => {
      for (const path of STRANDS) stroke(pen, path, fade(hairLine(palette), 0.3), 7);
      const shine = fade(lighter(hair, 0.75), 0.5);
      shape(pen, 'M282 268 Q330 196 420 182 Q362 226 352 272 Q336 256 322 284 Q306 262 282 268 Z', shine);
      shape(pen, 'M440 178 Q500 164 548 172 Q500 210 488 262 Q470 238 456 266 Q440 244 424 270 Q416 214 440 178 Z', shine);
      shape(pen, 'M648 190 Q706 216 730 274 Q706 262 700 280 Q684 250 668 262 Q664 220 648 190 Z', shine);
    });
  },
};

/** @type {Part} */
const loose = {
  slot: 'bangs', box: [400, -70, 260, 210], pivot: [560, 130], by: 'whip', gain: 0.8, drift: [8, 8],
  paint(pen, palette) {
    const path = 'M540 140 C500 90 462 40 418 14 C480 8 546 40 572 84 C574 52 568 20 548 -22 C600 8 626 70 612 140 Z';
    shape(pen, path, downward(pen, [-20, 140], [palette.tips, palette.hair]), hairLine(palette), 11);
  },
};

/** A lock before each ear. @type {Part} */
const sides = softPart('sides', { top: 400, bottom: 640, drift: [8, 4] }, [
  {
    path: 'M262 392 C238 470 248 560 290 632 C298 590 298 560 304 530 Q318 560 322 590 C340 520 330 450 318 400 Z'
      + ' M738 392 C762 470 756 540 726 606 C716 570 712 550 704 520 Q694 550 688 570 C672 500 680 440 690 400 Z',
    fill: (pen, { hair, tips }) => downward(pen, [392, 632], [hair, hair, mix(hair, tips, 0.8)]),
    line: hairLine,
    width: 11,
  },
]);

/** @type {Part[]} */
export const tousled = [back, sides, loose, crown];
