/**
 * Small things worn on the head: a star pin, earrings, glasses; and freckles.
 */

import { downward, flipped, oval, shape, starPath, stroke } from '../pen.js';
import { clothLine, darker, fade, hairLine, lighter, mix } from '../palette.js';

/** @typedef {import('../frame.js').Layer} Layer */

/** @type {Layer[]} */
export const star = [
  {
    slot: 'extra', box: [600, 268, 136, 130], drift: [15, 11],
    paint(pen, palette) {
      pen.translate(668, 332);
      pen.rotate(0.22);
      shape(pen, starPath(46, 0.52), palette.trim, hairLine(palette), 11);
      shape(pen, starPath(29, 0.52), palette.accent);
      oval(pen, [-8, -9, 6, 5], fade('#ffffff', 0.8));
    },
  },
];

/** @type {(mirror: boolean) => Layer} */
const earring = (mirror) => ({
  slot: 'extra', box: mirror ? [660, 560, 90, 150] : [250, 560, 90, 150], pivot: mirror ? [704, 570] : [296, 570], by: 'root',
  gain: 1.6, drift: [2, 2],
  paint(pen, palette) {
    const paint = () => {
      stroke(pen, 'M296 572 L296 606', clothLine(palette), 12);
      stroke(pen, 'M296 572 L296 606', palette.trim, 5);
      shape(pen, 'M296 602 L318 640 L296 692 L274 640 Z',
        downward(pen, [602, 692], [lighter(palette.accent, 0.45), palette.accent, darker(palette.accent, 0.2)]),
          clothLine(palette), 9);
      stroke(pen, 'M288 636 L296 618', fade('#ffffff', 0.8), 5);
    };
    if (mirror) flipped(pen, paint);
    else paint();
  },
});

/** @type {Layer[]} */
export const earrings = [earring(false), earring(true)];

/** @type {Layer[]} */
export const glasses = [
  {
    slot: 'glasses', box: [270, 392, 460, 220], drift: [27, 20],
    paint(pen, palette) {
      const frame = mix(darker(palette.accent, 0.5), '#3a2430', 0.3);
      stroke(pen, 'M478 490 Q500 474 522 490', frame, 11);
      stroke(pen, 'M298 476 L282 466 M702 476 L718 466', frame, 11);
      for (const x of [388, 612]) {
        oval(pen, [x, 498, 92, 90], fade('#ffffff', 0.09));
        pen.strokeStyle = frame;
        pen.lineWidth = 12;
        pen.beginPath();
        pen.ellipse(x, 498, 92, 90, 0, 0, Math.PI * 2);
        pen.stroke();
        pen.strokeStyle = fade(lighter(frame, 0.5), 0.7);
        pen.lineWidth = 4;
        pen.beginPath();
        pen.ellipse(x, 498, 93, 91, 0, Math.PI * 1.1, Math.PI * 1.5);
        pen.stroke();
        stroke(pen, `M${x + 36} 428 L${x + 14} 452`, fade('#ffffff', 0.55), 9);
        stroke(pen, `M${x + 60} 448 L${x + 30} 480`, fade('#ffffff', 0.4), 6);
      }
    },
  },
];

/** @type {Layer[]} */
export const freckles = [
  {
    slot: 'skin', box: [330, 540, 340, 80], drift: [25, 19],
    paint(pen, palette) {
      const ink = fade(mix(darker(palette.skin, 0.4), '#b4513c', 0.5), 0.6);
      for (const [x, y] of /** @type {const} */ ([[352, 572], [376, 584], [398, 570], [372, 560], [420, 586]])) {
        oval(pen, [x, y, 5, 4.5], ink);
        oval(pen, [1000 - x, y, 5, 4.5], ink);
      }
    },
  },
];
