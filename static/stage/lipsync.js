/**
 * From viseme cues to the mouth at one moment. Pure.
 *
 * A mouth is a set of weights by viseme name; weights are in [0, 1] and sum to 1.
 */

/** The mouth starts for the next shape this long before its sound, and is there this long after. Milliseconds. */
const AHEAD_MS = 50;
const BEHIND_MS = 20;

/**
 * @typedef {import('./wire.js').Cue} Cue
 * @typedef {Record<string, number>} Mouth
 */

/** @type {Readonly<Mouth>} */
export const CLOSED = Object.freeze({ sil: 1 });

/**
 * The mouth at a moment of a segment, neighbouring shapes flowing into each other.
 *
 * @param {readonly Cue[]} cues In time order.
 * @param {number} atMs
 * @returns {Mouth}
 */
export function mouthAt(cues, atMs) {
  let index = lastCueBefore(cues, atMs + AHEAD_MS);
  while (index >= 0 && atMs < startOf(cues, index) - aheadMs(cues, index)) index -= 1;
  const cue = cues[index];
  if (!cue) return CLOSED;
  const ahead = aheadMs(cues, index);
  const from = cues[index - 1]?.[1] ?? 'sil';
  return blend(from, cue[1], smooth((atMs - cue[0] + ahead) / (ahead + behindMs(cues, index) || 1)));
}

/**
 * A guess from loudness alone, for voices that give no timings.
 *
 * @param {number} level Root mean square, 0 to 1.
 * @param {number} atMs Lets the shape wander a little.
 * @returns {Mouth}
 */
export function mouthOfLevel(level, atMs) {
  const open = Math.min(1, Math.max(0, (level - 0.01) * 7));
  if (!open) return CLOSED;
  const wander = 0.5 + 0.5 * Math.sin(atMs / 90);
  return { sil: 1 - open, aa: open * (0.35 + 0.4 * wander), E: open * (0.65 - 0.4 * wander) };
}

/**
 * Put more cues into a segment's list, keeping time order.
 *
 * @param {Cue[]} known Changed in place.
 * @param {readonly Cue[]} more
 */
export function addCues(known, more) {
  const isLater = !more.length || !known.length || Number(more[0]?.[0]) >= Number(known.at(-1)?.[0]);
  known.push(...more);
  if (!isLater) known.sort((left, right) => left[0] - right[0]);
}

/** @type {(cues: readonly Cue[], index: number) => number} */
const startOf = (cues, index) => cues[index]?.[0] ?? Infinity;

/** @type {(cues: readonly Cue[], index: number) => number} How long after its start a shape is complete. */
const behindMs = (cues, index) => Math.min(BEHIND_MS, (startOf(cues, index + 1) - startOf(cues, index)) / 2);

/**
 * How long before its start a shape begins to form: never before the one before it is complete.
 *
 * @param {readonly Cue[]} cues
 * @param {number} index
 * @returns {number}
 */
function aheadMs(cues, index) {
  if (index === 0) return AHEAD_MS;
  return Math.min(AHEAD_MS, startOf(cues, index) - startOf(cues, index - 1) - behindMs(cues, index - 1));
}

/**
 * @param {readonly Cue[]} cues
 * @param {number} atMs
 * @returns {number} Index of the last cue at or before; -1 when none is.
 */
function lastCueBefore(cues, atMs) {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(cues[middle]?.[0]) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param {string} from
 * @param {string} to
 * @param {number} weight Of `to`.
 * @returns {Mouth}
 */
function blend(from, to, weight) {
  if (from === to || weight >= 1) return { [to]: 1 };
  if (weight <= 0) return { [from]: 1 };
  return { [from]: 1 - weight, [to]: weight };
}

/**
 * @param {number} share
 * @returns {number} The share with soft ends, in [0, 1].
 */
function smooth(share) {
  const inside = Math.min(1, Math.max(0, share));
  return inside * inside * (3 - 2 * inside);
}
