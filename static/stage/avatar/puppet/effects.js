/**
 * Marks of feeling around and on the face: blush, tears, sparkles, a vein of anger and their kind.
 *
 * Each takes its strength from the pose and moves a little with time. Coordinates are puppet units, in the head's
 * frame.
 */

import { traceHeart, traceSpark } from './eyes.js';

/**
 * @typedef {import('./expressions.js').Pose} Pose
 * @typedef {CanvasRenderingContext2D} Pen
 */

/** @type {(pen: Pen, alpha: number, draw: () => void) => void} */
function soft(pen, alpha, draw) {
  if (alpha < 0.02) return;
  pen.save();
  pen.globalAlpha = Math.min(1, alpha);
  draw();
  pen.restore();
}

/**
 * On the skin, under eyes and mouth.
 *
 * @param {Pen} pen
 * @param {Pose} pose
 */
export function drawBlush(pen, pose) {
  for (const side of [-1, 1]) {
    pen.save();
    pen.translate(500 + side * 136, 574);
    pen.scale(1, 0.56);
    const gradient = pen.createRadialGradient(0, 0, 0, 0, 0, 66);
    const strength = Math.min(0.85, pose.blush * 0.62);
    gradient.addColorStop(0, `rgba(255, 92, 122, ${strength})`);
    gradient.addColorStop(0.5, `rgba(255, 92, 122, ${strength * 0.6})`);
    gradient.addColorStop(1, 'rgba(255, 92, 122, 0)');
    pen.fillStyle = gradient;
    pen.fillRect(-70, -70, 140, 140);
    pen.restore();
    soft(pen, pose.blushLines * 0.85, () => {
      pen.strokeStyle = '#e0406a';
      pen.lineWidth = 5;
      pen.lineCap = 'round';
      pen.beginPath();
      for (const step of [-1, 0, 1]) {
        pen.moveTo(500 + side * 136 + step * 20 + 7, 560);
        pen.lineTo(500 + side * 136 + step * 20 - 7, 588);
      }
      pen.stroke();
    });
  }
  soft(pen, pose.gloom * 0.8, () => {
    const gradient = pen.createLinearGradient(0, 300, 0, 560);
    gradient.addColorStop(0, 'rgba(60, 62, 130, 0.85)');
    gradient.addColorStop(1, 'rgba(60, 62, 130, 0)');
    pen.fillStyle = gradient;
    pen.beginPath();
    pen.ellipse(500, 440, 196, 200, 0, 0, Math.PI * 2);
    pen.fill();
  });
}

/**
 * @param {Pen} pen
 * @param {string} fill
 * @param {[x: number, y: number, size: number]} place
 */
function drop(pen, fill, [x, y, size]) {
  pen.fillStyle = fill;
  pen.strokeStyle = 'rgba(42, 92, 190, 0.9)';
  pen.lineWidth = 4;
  pen.beginPath();
  pen.moveTo(x, y - size * 1.3);
  pen.bezierCurveTo(x + size * 0.9, y - size * 0.1, x + size * 0.8, y + size, x, y + size);
  pen.bezierCurveTo(x - size * 0.8, y + size, x - size * 0.9, y - size * 0.1, x, y - size * 1.3);
  pen.stroke();
  pen.fill();
  pen.fillStyle = 'rgba(255, 255, 255, 0.9)';
  pen.beginPath();
  pen.ellipse(x - size * 0.28, y + size * 0.2, size * 0.16, size * 0.3, 0.3, 0, Math.PI * 2);
  pen.fill();
}

/**
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawTears(pen, pose, seconds) {
  soft(pen, pose.tear, () => {
    const fall = (seconds * 0.45) % 1;
    pen.globalAlpha = Math.min(1, pose.tear) * Math.min(1, (1 - fall) * 4);
    drop(pen, '#9fd2ff', [648, 566 + fall * 62, 16]);
    pen.globalAlpha = Math.min(1, pose.tear);
    pen.fillStyle = 'rgba(190, 225, 255, 0.95)';
    pen.beginPath();
    pen.ellipse(376, 545, 34, 9, 0.05, 0, Math.PI * 2);
    pen.ellipse(622, 545, 34, 9, -0.05, 0, Math.PI * 2);
    pen.fill();
  });
  soft(pen, pose.laughTears, () => {
    const shake = Math.sin(seconds * 13) * 3;
    drop(pen, '#b8e0ff', [318 + shake, 512, 17]);
    drop(pen, '#b8e0ff', [682 - shake, 512, 17]);
  });
  soft(pen, pose.sweat, () => {
    const slide = (seconds * 0.35) % 1;
    pen.globalAlpha = Math.min(1, pose.sweat) * Math.min(1, (1 - slide) * 3);
    drop(pen, '#b8e0ff', [716, 420 + slide * 70, 20]);
  });
}

/** @type {(pen: Pen, x: number, y: number, size: number) => void} A four-pointed star. */
function twinkle(pen, x, y, size) {
  traceSpark(pen, x, y, size);
  pen.fill();
  pen.stroke();
}

/**
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawSparkles(pen, pose, seconds) {
  pen.fillStyle = '#ffe27a';
  pen.strokeStyle = '#b9770e';
  pen.lineWidth = 4;
  pen.lineJoin = 'round';
  const places = [[170, 330, 40], [838, 286, 48], [812, 470, 28], [196, 500, 26]];
  places.forEach(([x = 0, y = 0, size = 0], index) => {
    const pulse = 0.75 + 0.25 * Math.sin(seconds * 3.4 + index * 1.7);
    soft(pen, pose.sparkle, () => twinkle(pen, x, y, size * pulse * Math.min(1, pose.sparkle)));
  });
  pen.fillStyle = '#f4ecff';
  pen.strokeStyle = '#7b3fd0';
  soft(pen, pose.glint, () => {
    const pulse = 0.6 + 0.4 * Math.sin(seconds * 2.6);
    twinkle(pen, 730, 402, 38 * pulse);
    twinkle(pen, 772, 452, 18 * pulse);
  });
}

/**
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawHearts(pen, pose, seconds) {
  for (const [index, place] of [[150, 400], [850, 330], [826, 520]].entries()) {
    const rise = (seconds * 0.42 + index / 3) % 1;
    soft(pen, pose.hearts * Math.sin(rise * Math.PI) * 1.4, () => {
      pen.translate((place[0] ?? 0) + Math.sin(rise * 6 + index) * 10, (place[1] ?? 0) - rise * 90);
      pen.scale(1.7 - 0.3 * index, 1.7 - 0.3 * index);
      pen.fillStyle = '#ff5c96';
      pen.strokeStyle = '#a81f57';
      pen.lineWidth = 5;
      traceHeart(pen);
      pen.stroke();
      pen.fill();
    });
  }
}

/**
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawAnger(pen, pose, seconds) {
  soft(pen, pose.vein, () => {
    const pulse = 1 + 0.09 * Math.sin(seconds * 8);
    pen.translate(742, 236);
    pen.scale(pulse, pulse);
    pen.lineCap = 'round';
    for (const [colour, width] of /** @type {const} */ ([['#5c0d16', 21], ['#ff3d4a', 12]])) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      for (let quarter = 0; quarter < 4; quarter += 1) {
        pen.rotate(Math.PI / 2);
        pen.beginPath();
        pen.moveTo(12, 46);
        pen.quadraticCurveTo(12, 12, 46, 12);
        pen.stroke();
      }
    }
  });
}

/**
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawSurprise(pen, pose, seconds) {
  soft(pen, pose.marks, () => {
    const grow = 1 + 0.06 * Math.sin(seconds * 7);
    pen.lineCap = 'round';
    for (const [colour, width] of /** @type {const} */ ([['#123a52', 20], ['#8ff0ff', 11]])) {
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.beginPath();
      for (const side of [-1, 1]) {
        for (const [far, up] of /** @type {const} */ ([[300, 250], [330, 340], [318, 430]])) {
          pen.moveTo(500 + side * far * grow, up);
          pen.lineTo(500 + side * (far + 56) * grow, up - 22 + (up - 340) * 0.2);
        }
      }
      pen.stroke();
    }
  });
}

/**
 * Big quiet signs beside the head: thought bubbles, a question mark, sleep.
 *
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawSigns(pen, pose, seconds) {
  soft(pen, pose.dots, () => {
    for (let dot = 0; dot < 3; dot += 1) {
      const lift = Math.max(0, Math.sin(seconds * 3.2 - dot * 0.8)) * 14;
      pen.fillStyle = '#eafff9';
      pen.strokeStyle = '#1f6f63';
      pen.lineWidth = 6;
      pen.beginPath();
      pen.arc(786 + dot * 48, 268 - dot * 30 - lift, 14 + dot * 5, 0, Math.PI * 2);
      pen.stroke();
      pen.fill();
    }
  });
  const letters = /** @type {const} */ ([
    [pose.question, '?', '#9fd0ff', '#173e78'], [pose.zzz, 'z', '#cfd6ff', '#343f86'],
  ]);
  for (const [strength, letter, colour, line] of letters) {
    soft(pen, strength, () => drawLetters(pen, [letter, colour, line], seconds));
  }
}

/**
 * @param {Pen} pen
 * @param {[letter: string, colour: string, line: string]} sign
 * @param {number} seconds
 */
function drawLetters(pen, [letter, colour, line], seconds) {
  const places = letter === '?' ? [[172, 330, 170]] : [[236, 330, 70], [186, 262, 96], [122, 178, 124]];
  places.forEach(([x = 0, y = 0, size = 0], index) => {
    pen.save();
    pen.translate(x, y + Math.sin(seconds * 2 + index) * 9);
    pen.rotate(letter === '?' ? -0.16 + 0.06 * Math.sin(seconds * 2.2) : -0.12);
    pen.font = `800 ${size}px system-ui, sans-serif`;
    pen.textAlign = 'center';
    pen.lineJoin = 'round';
    pen.strokeStyle = line;
    pen.lineWidth = 14;
    pen.fillStyle = colour;
    pen.strokeText(letter, 0, 0);
    pen.fillText(letter, 0, 0);
    pen.restore();
  });
}

/**
 * In front of everything, in the head's frame.
 *
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
export function drawEffects(pen, pose, seconds) {
  drawTears(pen, pose, seconds);
  drawSparkles(pen, pose, seconds);
  drawHearts(pen, pose, seconds);
  drawAnger(pen, pose, seconds);
  drawSurprise(pen, pose, seconds);
  drawSigns(pen, pose, seconds);
  drawPuff(pen, pose, seconds);
  drawFlames(pen, pose, seconds);
}

/**
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawPuff(pen, pose, seconds) {
  soft(pen, pose.puff, () => {
    const out = (seconds * 0.55) % 1;
    pen.globalAlpha = Math.min(1, pose.puff) * Math.min(1, (1 - out) * 2.2);
    pen.translate(330 - out * 90, 640 + out * 14);
    pen.scale(0.55 + 0.6 * out, 0.55 + 0.6 * out);
    pen.strokeStyle = '#8a6b72';
    pen.fillStyle = '#fff6f4';
    pen.lineWidth = 9;
    pen.beginPath();
    for (const [x, y, radius] of PUFF) {
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, Math.PI * 2);
    }
    pen.stroke();
    pen.fill();
  });
}

const PUFF = /** @type {const} */ ([[-34, 6, 26], [8, -12, 32], [14, 20, 24]]);

/**
 * @param {Pen} pen
 * @param {Pose} pose
 * @param {number} seconds
 */
function drawFlames(pen, pose, seconds) {
  for (const [index, place] of FLAMES.entries()) {
    const [x, y, size] = place;
    const flicker = Math.sin(seconds * 7 + index * 2);
    soft(pen, pose.flames, () => {
      pen.translate(x, y);
      pen.scale(size * (1 - 0.05 * flicker), size * (1 + 0.1 * flicker));
      pen.lineJoin = 'round';
      traceFlame(pen, 1, flicker);
      pen.strokeStyle = '#8a1f10';
      pen.lineWidth = 9;
      pen.stroke();
      pen.fillStyle = '#ff6a2b';
      pen.fill();
      traceFlame(pen, 0.55, -flicker);
      pen.fillStyle = '#ffd65c';
      pen.fill();
    });
  }
}

const FLAMES = /** @type {const} */ ([[142, 420, 0.95], [858, 420, 0.95], [92, 510, 0.55], [908, 510, 0.55]]);

/**
 * @param {Pen} pen
 * @param {number} size
 * @param {number} lean -1 to 1.
 */
function traceFlame(pen, size, lean) {
  const tip = lean * 9 * size;
  pen.beginPath();
  pen.moveTo(tip, -82 * size);
  pen.bezierCurveTo(8 * size + tip, -46 * size, 46 * size, -30 * size, 40 * size, 14 * size);
  pen.bezierCurveTo(36 * size, 50 * size, -36 * size, 50 * size, -40 * size, 14 * size);
  pen.bezierCurveTo(-44 * size, -8 * size, -24 * size, -20 * size, -22 * size, -42 * size);
  pen.bezierCurveTo(-12 * size, -30 * size, -2 * size + tip, -50 * size, tip, -82 * size);
}
