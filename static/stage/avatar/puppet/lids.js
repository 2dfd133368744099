/**
 * The eye's opening: where the lids are for a pose. Pure.
 *
 * Local coordinates: origin at the eye's middle, x grows outwards (away from the nose), y downwards.
 */

/**
 * @typedef {import('./expressions.js').Pose} Pose
 * @typedef {import('./parts.js').Parts} Parts
 *
 * @typedef {object} EyeShape
 * @property {number} inner The corner at the nose.
 * @property {number} outer
 * @property {number} innerY
 * @property {number} outerY Negative: the corner points up.
 * @property {[number, number]} top Heights of the upper lid's handles.
 * @property {[number, number]} bottom
 * @property {[number, number]} iris Half width and height.
 * @property {number} wing Length of the lash at the outer corner.
 * @property {boolean} isSlit The pupil.
 */

/** @type {Readonly<Record<Parts['eye_shape'], EyeShape>>} */
export const EYE_SHAPES = Object.freeze({
  round: {
    inner: -56, outer: 60, innerY: 18, outerY: 4, top: [-94, -100], bottom: [76, 72], iris: [53, 66], wing: 18,
    isSlit: false,
  },
  sharp: {
    inner: -62, outer: 66, innerY: 26, outerY: -12, top: [-66, -96], bottom: [64, 50], iris: [49, 59], wing: 30,
    isSlit: true,
  },
  soft: {
    inner: -56, outer: 60, innerY: 6, outerY: 22, top: [-102, -80], bottom: [70, 82], iris: [53, 63], wing: 14,
    isSlit: false,
  },
});

/**
 * Two cubics from the inner to the outer corner: x1 y1 x2 y2 are the handles.
 *
 * @typedef {object} Lids
 * @property {number} innerX
 * @property {number} innerY
 * @property {number} outerX
 * @property {number} outerY
 * @property {[x1: number, y1: number, x2: number, y2: number]} upper
 * @property {[x1: number, y1: number, x2: number, y2: number]} lower
 */

/** @returns {Lids} To be filled by `setLids`. */
export function emptyLids() {
  return { innerX: 0, innerY: 0, outerX: 0, outerY: 0, upper: [0, 0, 0, 0], lower: [0, 0, 0, 0] };
}

/** @type {(from: number, to: number, share: number) => number} */
export const lerp = (from, to, share) => from + (to - from) * share;

/**
 * @param {Lids} lids Changed in place.
 * @param {EyeShape} shape
 * @param {Pose} pose
 * @param {number} open Lids including blinks: 0 shut, 1 normal.
 */
export function setLids(lids, shape, pose, open) {
  const tilt = pose.slant;
  const amount = Math.max(0, open);
  const most = Math.min(1, amount);
  const innerY = shape.innerY + tilt * 8;
  const outerY = shape.outerY - tilt * 4;
  const shut = lerp(42, -44, pose.arc);
  const stern = Math.max(0, tilt) * 50;
  const sorry = Math.max(0, -tilt) * 38;
  lids.innerX = shape.inner;
  lids.outerX = shape.outer;
  lids.innerY = lerp(lerp(innerY, 22, pose.arc), innerY, most);
  lids.outerY = lerp(lerp(outerY + 8, 18, pose.arc), outerY, most);
  const { upper, lower } = lids;
  upper[0] = -44;
  upper[1] = lerp(shut, shape.top[0] + stern - sorry * 0.4, amount);
  upper[2] = 34;
  upper[3] = lerp(shut + 6, shape.top[1] + sorry - stern * 0.2, amount);
  const settle = Math.min(1, amount * 1.5);
  lower[0] = -42;
  lower[1] = lerp(upper[1], shape.bottom[0] - pose.squint * 52, settle);
  lower[2] = 44;
  lower[3] = lerp(upper[3], shape.bottom[1] - pose.squint * 58, settle);
}

/**
 * @param {[x: number, y: number]} point Changed in place.
 * @param {Lids} lids
 * @param {'upper' | 'lower'} which
 * @param {number} share Along it, 0 inner to 1 outer.
 */
export function setPoint(point, lids, which, share) {
  const [x1, y1, x2, y2] = lids[which];
  const rest = 1 - share;
  const a = rest * rest * rest;
  const b = 3 * rest * rest * share;
  const c = 3 * rest * share * share;
  const d = share * share * share;
  point[0] = a * lids.innerX + b * x1 + c * x2 + d * lids.outerX;
  point[1] = a * lids.innerY + b * y1 + c * y2 + d * lids.outerY;
}
