/**
 * The mouth: 15 viseme shapes as numbers, blended by weight, drawn with lips, teeth and tongue.
 */

/**
 * @typedef {object} Lips
 * @property {number} wide Half of the width, puppet units.
 * @property {number} up How far the upper lip is raised.
 * @property {number} down How far the lower lip is dropped.
 * @property {number} round 0 flat corners, 1 an oval.
 * @property {number} upperTeeth 0 to 1.
 * @property {number} lowerTeeth 0 to 1.
 * @property {number} tongue How much of it shows, 0 to 1.
 * @property {number} tongueUp 0 at the bottom, 1 behind the upper teeth.
 * @property {number} tongueOut Between the teeth, 0 to 1.
 * @property {number} press Lips pressed together.
 * @property {number} tuck Lower lip under the upper teeth.
 * @property {number} pucker Lips pushed forward.
 */

/**
 * @param {Partial<Lips>} changes
 * @returns {Lips}
 */
const lips = (changes) => ({
  wide: 48, up: 0, down: 0, round: 0, upperTeeth: 0, lowerTeeth: 0, tongue: 0, tongueUp: 0, tongueOut: 0, press: 0,
  tuck: 0, pucker: 0, ...changes,
});

/** @type {Readonly<Record<string, Lips>>} */
const SHAPES = {
  sil: lips({}),
  PP: lips({ wide: 38, press: 1 }),
  FF: lips({ wide: 43, up: 13, down: 9, upperTeeth: 1, tuck: 1 }),
  TH: lips({ wide: 44, up: 12, down: 17, upperTeeth: 0.8, tongue: 1, tongueOut: 1 }),
  DD: lips({ wide: 48, up: 10, down: 22, upperTeeth: 0.75, tongue: 1, tongueUp: 1 }),
  kk: lips({ wide: 40, up: 11, down: 33, upperTeeth: 0.35, tongue: 0.6, tongueUp: 0.1, round: 0.3 }),
  CH: lips({ wide: 31, up: 17, down: 22, round: 0.55, upperTeeth: 0.9, lowerTeeth: 0.8, pucker: 0.7 }),
  SS: lips({ wide: 55, up: 9, down: 14, upperTeeth: 1, lowerTeeth: 1 }),
  nn: lips({ wide: 40, up: 6, down: 15, upperTeeth: 0.5, tongue: 1, tongueUp: 0.8 }),
  RR: lips({ wide: 33, up: 12, down: 20, round: 0.7, tongue: 0.85, tongueUp: 0.45, pucker: 0.4 }),
  aa: lips({ wide: 50, up: 17, down: 68, round: 0.6, upperTeeth: 0.6, tongue: 0.8 }),
  E: lips({ wide: 58, up: 14, down: 38, round: 0.2, upperTeeth: 0.7, tongue: 0.6, tongueUp: 0.15 }),
  I: lips({ wide: 66, up: 10, down: 22, upperTeeth: 0.95, lowerTeeth: 0.25, tongue: 0.2 }),
  O: lips({ wide: 33, up: 23, down: 46, round: 1, tongue: 0.45, pucker: 0.7 }),
  U: lips({ wide: 20, up: 14, down: 21, round: 1, pucker: 1 }),
};

/** @returns {Lips} Closed lips. */
export function closedLips() {
  return lips({});
}

/**
 * @param {Record<string, number>} weights By viseme name; unknown names count as closed.
 * @returns {Lips}
 */
export function lipsOf(weights) {
  const blended = lips({ wide: 0 });
  const fields = /** @type {(keyof Lips)[]} */ (Object.keys(blended));
  let sum = 0;
  for (const [viseme, weight] of Object.entries(weights)) {
    const target = SHAPES[viseme] ?? lips({});
    for (const field of fields) blended[field] += target[field] * weight;
    sum += weight;
  }
  if (sum <= 0) return lips({});
  for (const field of fields) blended[field] /= sum;
  return blended;
}

const INSIDE = '#6d1b39';
const INSIDE_DEEP = '#3f0d26';
const TONGUE = '#f2778e';
const LINE = '#7c2a3f';
const LIP = '#e88793';

/**
 * @param {CanvasRenderingContext2D} pen Origin at the middle of the mouth.
 * @param {Lips} mouth
 * @param {import('./expressions.js').Pose} pose
 */
export function drawMouth(pen, mouth, pose) {
  const outline = outlineOf(mouth, pose);
  const height = mouth.up + mouth.down;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  paintLips(pen, mouth, outline, height);
  if (height > 2) {
    pen.save();
    pen.clip(outline.whole);
    paintInside(pen, mouth, outline);
    pen.restore();
  }
  pen.strokeStyle = LINE;
  pen.lineWidth = 7.5;
  pen.stroke(height > 3 ? outline.whole : outline.upper);
  if (mouth.tongueOut > 0.1) paintTongueTip(pen, mouth, outline);
}

/**
 * @typedef {object} Outline
 * @property {Path2D} whole
 * @property {Path2D} upper
 * @property {Path2D} lower
 * @property {number} left
 * @property {number} right
 * @property {number} middle Where the lips meet.
 * @property {number} top
 * @property {number} bottom
 */

/**
 * @param {Lips} mouth
 * @param {import('./expressions.js').Pose} pose
 * @returns {Outline}
 */
function outlineOf(mouth, pose) {
  const wide = mouth.wide * (1 + pose.mouthW * (1 - 0.6 * mouth.round));
  const calm = 1 - 0.65 * mouth.round;
  const lift = pose.smile * 17 * calm;
  const left = -lift + Math.max(0, pose.mouthAsym) * 13 * calm - Math.max(0, -pose.mouthAsym) * 8;
  const right = -lift - Math.max(0, pose.mouthAsym) * 17 * calm + Math.max(0, -pose.mouthAsym) * 11;
  const middle = pose.smile * 7 * calm;
  const top = middle - mouth.up * (1 - 0.35 * Math.max(0, pose.smile) * calm);
  const bottom = middle + mouth.down * (1 + 0.12 * pose.smile * calm);
  const handle = wide * (0.5 + 0.5 * mouth.round);
  const wave = pose.wavy * 9 * (1 - Math.min(1, (mouth.up + mouth.down) / 24));
  /** @type {(height: number) => number} The handle that makes the curve pass the middle at this height. */
  const reach = (height) => (height * 4 - (left + right) / 2) / 3;
  const chin = handle * (1 - 0.16 * mouth.round * calm);
  const upper = curve(wide, left, right, [handle, reach(top), wave]);
  const lower = curve(wide, left, right, [chin, reach(bottom), wave]);
  const whole = new Path2D();
  whole.moveTo(-wide, left);
  whole.bezierCurveTo(-handle, reach(top) + wave, handle, reach(top) - wave, wide, right);
  whole.bezierCurveTo(chin, reach(bottom) - wave, -chin, reach(bottom) + wave, -wide, left);
  return { whole, upper, lower, left: -wide, right: wide, middle, top, bottom };
}

/**
 * @param {number} wide
 * @param {number} left Height of the left corner.
 * @param {number} right
 * @param {[handle: number, reach: number, wave: number]} bend
 * @returns {Path2D}
 */
function curve(wide, left, right, [handle, reach, wave]) {
  const path = new Path2D();
  path.moveTo(-wide, left);
  if (Math.abs(wave) > 1) {
    const middle = (left + right) / 8 + (reach * 6) / 8;
    path.quadraticCurveTo(-wide * 0.62, middle - wave * 1.7, -wide * 0.28, middle);
    path.quadraticCurveTo(0, middle + wave * 1.7, wide * 0.28, middle);
    path.quadraticCurveTo(wide * 0.62, middle - wave * 1.7, wide, right);
  } else path.bezierCurveTo(-handle, reach, handle, reach, wide, right);
  return path;
}

/**
 * @param {CanvasRenderingContext2D} pen Clipped to the open mouth.
 * @param {Lips} mouth
 * @param {Outline} outline
 */
function paintInside(pen, mouth, outline) {
  const { left, right, top, bottom } = outline;
  const wide = right - left;
  const height = bottom - top;
  const dark = pen.createLinearGradient(0, top, 0, bottom);
  dark.addColorStop(0, INSIDE_DEEP);
  dark.addColorStop(1, INSIDE);
  pen.fillStyle = dark;
  pen.fillRect(left - 20, top - 40, wide + 40, height + 80);
  if (mouth.tongue > 0.03) paintTongue(pen, mouth, outline);
  pen.strokeStyle = '#fffaf6';
  if (mouth.upperTeeth > 0.03) {
    pen.lineWidth = 2 * Math.min(height * (0.5 + 0.25 * mouth.tuck), 16) * mouth.upperTeeth;
    pen.stroke(outline.upper);
  }
  if (mouth.lowerTeeth < 0.03) return;
  pen.lineWidth = 2 * Math.min(height * 0.46, 13) * mouth.lowerTeeth;
  pen.stroke(outline.lower);
  pen.strokeStyle = `rgba(90, 30, 50, ${0.6 * mouth.lowerTeeth})`;
  pen.lineWidth = 3;
  pen.beginPath();
  pen.moveTo(left, (top + bottom) / 2 - 2);
  pen.quadraticCurveTo(0, (top + bottom) / 2 + 2, right, (top + bottom) / 2 - 2);
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Lips} mouth
 * @param {Outline} outline
 */
function paintTongue(pen, mouth, { left, right, top, bottom }) {
  const wide = (right - left) * (0.3 + 0.1 * mouth.tongueOut);
  const height = bottom - top;
  const rise = height * (0.34 + 0.42 * mouth.tongueUp + 0.2 * mouth.tongueOut) * mouth.tongue;
  pen.fillStyle = TONGUE;
  pen.beginPath();
  pen.ellipse(0, bottom + height * 0.22 * (1 - mouth.tongueUp), wide, rise + height * 0.2, 0, 0, Math.PI * 2);
  pen.fill();
  pen.fillStyle = 'rgba(255, 205, 205, 0.55)';
  pen.beginPath();
  pen.ellipse(-wide * 0.25, bottom - rise * 0.75, wide * 0.4, Math.max(2, height * 0.07), -0.1, 0, Math.PI * 2);
  pen.fill();
}

/**
 * The tip between the teeth, over the lower lip.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {Lips} mouth
 * @param {Outline} outline
 */
function paintTongueTip(pen, mouth, { left, right, bottom }) {
  pen.globalAlpha = Math.min(1, mouth.tongueOut * 1.3);
  pen.beginPath();
  pen.ellipse(0, bottom - 3, (right - left) * 0.25, 11, 0, 0, Math.PI * 2);
  pen.lineWidth = 4;
  pen.stroke();
  pen.fillStyle = TONGUE;
  pen.fill();
  pen.globalAlpha = 1;
}

/**
 * Fullness of the lips, behind their line.
 *
 * @param {CanvasRenderingContext2D} pen
 * @param {Lips} mouth
 * @param {Outline} outline
 * @param {number} height
 */
function paintLips(pen, mouth, outline, height) {
  const full = Math.max(mouth.press, mouth.pucker * Math.min(1, height / 14), mouth.tuck * 0.9);
  if (full > 0.05) {
    pen.strokeStyle = LIP;
    pen.lineWidth = 7 + 15 * full;
    pen.globalAlpha = Math.min(1, full * 1.4);
    pen.stroke(mouth.tuck > 0.5 ? outline.lower : outline.whole);
    pen.globalAlpha = 1;
  }
  if (height > 20 || mouth.press > 0.5 || mouth.tuck > 0.5) return;
  pen.strokeStyle = LINE;
  pen.globalAlpha = 0.35 * (1 - height / 20);
  pen.lineWidth = 5;
  pen.beginPath();
  pen.moveTo(-12, outline.bottom + 20);
  pen.quadraticCurveTo(0, outline.bottom + 24, 12, outline.bottom + 20);
  pen.stroke();
  pen.globalAlpha = 1;
}
