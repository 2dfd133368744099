/**
 * Hair: parted in the middle, wavy, in two plaits over the shoulders.
 */

import { downward, locks, oval, shape, stroke, within } from '../pen.js';
import { clothLine, darker, fade, hairLine, lighter, mix } from '../palette.js';
import { mirrored, softPart } from '../soft.js';
import { paintShine } from './hair_long.js';

/**
 * @typedef {import('../frame.js').Part} Part
 * @typedef {import('../frame.js').Soft} Soft
 * @typedef {CanvasRenderingContext2D} Pen
 */

const BACK = 'M262 380 C216 460 212 560 240 660 C270 730 340 760 420 764 L580 764 C660 760 730 730 760 660'
  + ' C788 560 784 460 738 380 C730 230 630 170 500 170 C370 170 270 230 262 380 Z';

/** @type {Part} */
const back = softPart('hairBack', { top: 360, bottom: 770, drift: [-12, 0], stiffness: 2.4 }, [
  {
    path: BACK,
    fill: (pen, palette) => downward(pen, [200, 764], [darker(palette.hair, 0.34), darker(palette.hair, 0.24)]),
    line: hairLine,
    width: 13,
  },
]);

const FRINGE = `M252 440C238 260 336 142 500 142C664 142 762 260 748 440${locks([748, 440], [
  [[724, 590], [694, 420], 0.06, 0.12],
  [[646, 450], [612, 350], -0.1, 0.16],
  [[572, 422], [474, 286], -0.14, 0.2],
  [[436, 430], [400, 340], -0.2, 0.1],
  [[344, 452], [304, 410], -0.18, 0.08],
  [[276, 590], [252, 440], -0.12, 0.06],
])}Z`;
const STRANDS = ['M478 150 Q400 230 372 400', 'M472 148 Q330 220 300 420', 'M466 146 Q290 200 262 430', 'M484 150 Q560 220 576 380',
  'M490 148 Q640 220 654 410', 'M496 146 Q700 200 730 440', 'M481 150 Q470 230 444 380'];

/** @type {Part} */
const fringe = {
  slot: 'bangs', box: [216, 118, 568, 500], pivot: [500, 160], by: 'root', gain: 0.14, drift: [15, 11],
  paint(pen, palette) {
    const { hair, tips } = palette;
    shape(pen, FRINGE, downward(pen, [142, 580], [lighter(hair, 0.16), hair, hair, mix(hair, tips, 0.7)]),
      hairLine(palette), 12);
    within(pen, FRINGE, () => {
      for (const path of STRANDS) stroke(pen, path, fade(hairLine(palette), 0.26), 6);
      paintShine(pen);
    });
  },
};

/** A wavy lock before each ear. */
const CURL = 'M262 400 C226 450 236 500 254 536 C272 570 258 606 238 630 C284 632 314 590 306 540 C300 500 316 450 322 410 Z';

/** @type {(mirror: boolean) => Part} */
const curl = (mirror) => softPart('sides', { top: 400, bottom: 640, drift: [9, 5] }, [
  {
    path: mirror ? mirrored(CURL) : CURL,
    fill: (pen, { hair, tips }) => downward(pen, [400, 632], [hair, hair, mix(hair, tips, 0.7)]),
    line: hairLine,
    width: 11,
  },
]);

/** Segments of a plait, from the root: half width and length. */
const LINKS = [[44, 52], [45, 54], [43, 52], [41, 50], [38, 47], [34, 43]];
const ROOT = { x: 262, y: 606 };

/**
 * Two strands that cross.
 *
 * @param {Pen} pen Origin at the link's root.
 * @param {[half: number, length: number]} size
 * @param {string[]} ink Fill, light and outline.
 */
function paintLink(pen, [half, length], [fill = '', light = '', line = '']) {
  for (const side of [-1, 1]) {
    pen.save();
    pen.translate(side * half * 0.4, length * 0.45);
    pen.rotate(side * 0.62);
    pen.beginPath();
    pen.ellipse(0, 0, half * 0.58, length * 0.78, 0, 0, Math.PI * 2);
    pen.strokeStyle = line;
    pen.lineWidth = 9;
    pen.stroke();
    pen.fillStyle = fill;
    pen.fill();
    pen.strokeStyle = light;
    pen.lineWidth = 6;
    pen.beginPath();
    pen.ellipse(-half * 0.06, 0, half * 0.3, length * 0.5, 0, Math.PI * 0.9, Math.PI * 1.5);
    pen.stroke();
    pen.restore();
  }
}

/**
 * The tuft below the band.
 *
 * @param {Pen} pen
 * @param {import('../palette.js').Palette} palette
 */
function paintTuft(pen, palette) {
  pen.beginPath();
  pen.moveTo(-20, 8);
  pen.bezierCurveTo(-52, 40, -46, 82, -14, 122);
  pen.quadraticCurveTo(-10, 100, 0, 88);
  pen.quadraticCurveTo(10, 110, 8, 124);
  pen.bezierCurveTo(48, 84, 50, 40, 20, 8);
  pen.closePath();
  pen.lineWidth = 11;
  pen.strokeStyle = hairLine(palette);
  pen.stroke();
  pen.fillStyle = palette.tips;
  pen.fill();
  for (const side of [-1, 1]) {
    pen.beginPath();
    pen.moveTo(0, 4);
    pen.bezierCurveTo(side * 20, -34, side * 62, -34, side * 58, 0);
    pen.bezierCurveTo(side * 62, 34, side * 24, 36, 0, 4);
    pen.strokeStyle = clothLine(palette);
    pen.lineWidth = 9;
    pen.stroke();
    pen.fillStyle = palette.accent;
    pen.fill();
  }
  oval(pen, [0, 4, 14, 13], lighter(palette.accent, 0.35));
}

/** @type {(side: 1 | -1) => Soft} -1 hangs at the left of the picture. */
const plait = (side) => ({
  slot: 'sides',
  drift: [9, 4],
  prepare(_pen, palette) {
    const inks = LINKS.map((_link, index) => {
      const colour = mix(palette.hair, palette.tips, (index / LINKS.length) * 0.7);
      return [colour, fade(lighter(colour, 0.7), 0.6), hairLine(palette)];
    });
    return (pen, swing) => {
      pen.save();
      pen.translate(side < 0 ? ROOT.x : 1000 - ROOT.x, ROOT.y);
      pen.scale(-side, 1);
      const turn = -side;
      pen.rotate(turn * swing.root + 0.12);
      const bend = (turn * (swing.tip - swing.root)) / LINKS.length - 0.035;
      for (let index = 0; index < LINKS.length; index += 1) {
        const link = /** @type {[number, number]} */ (LINKS[index]);
        pen.rotate(bend * (0.6 + index * 0.3));
        pen.save();
        paintLink(pen, link, inks[index] ?? []);
        pen.restore();
        pen.translate(0, link[1] * 0.92);
      }
      paintTuft(pen, palette);
      pen.restore();
    };
  },
});

/** @type {Part[]} */
export const braids = [back, plait(-1), plait(1), curl(false), curl(true), fringe];

/** @type {Part[]} The same parting over a short, rounded bob. */
export const bob = [
  softPart('hairBack', { top: 360, bottom: 700, drift: [-12, 0], stiffness: 1.6 }, [
    {
      path: 'M250 380 C196 470 186 590 236 676 Q264 700 300 706 C360 724 440 716 500 700 C560 716 640 724 700 706'
        + ' Q736 700 764 676 C814 590 804 470 750 380 C740 230 640 166 500 166 C360 166 260 230 250 380 Z',
      fill: (pen, palette) => downward(pen, [300, 706], [darker(palette.hair, 0.3),
        mix(darker(palette.hair, 0.3), palette.tips, 0.6)]),
      line: hairLine,
      width: 13,
    },
  ]),
  ...[false, true].map((mirror) => {
    const path = 'M258 372 C214 470 204 590 250 680 Q300 690 336 640 C318 560 312 460 338 390 Z';
    return softPart('sides', { top: 380, bottom: 690, drift: [9, 5] }, [
      {
        path: mirror ? mirrored(path) : path,
        fill: (pen, { hair, tips }) => downward(pen, [372, 690], [hair, hair, mix(hair, tips, 0.75)]),
        line: hairLine,
        width: 11,
      },
    ]);
  }),
  fringe,
];
