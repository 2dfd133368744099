/**
 * The mouth as numbers: 15 viseme shapes (Oculus' set), blended by weight. Pure.
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
  aa: lips({ wide: 50, up: 20, down: 56, round: 0.6, upperTeeth: 0.6, tongue: 0.8 }),
  E: lips({ wide: 58, up: 14, down: 38, round: 0.2, upperTeeth: 0.7, tongue: 0.6, tongueUp: 0.15 }),
  I: lips({ wide: 66, up: 10, down: 22, upperTeeth: 0.95, lowerTeeth: 0.25, tongue: 0.2 }),
  O: lips({ wide: 33, up: 23, down: 46, round: 1, tongue: 0.45, pucker: 0.7 }),
  U: lips({ wide: 20, up: 14, down: 21, round: 1, pucker: 1 }),
};

/** @type {Readonly<Lips>} */
const CLOSED = Object.freeze(lips({}));
const FIELDS = Object.freeze(/** @type {(keyof Lips)[]} */ (Object.keys(CLOSED)));

/** @returns {Lips} Closed lips. */
export function closedLips() {
  return lips({});
}

/**
 * @param {Record<string, number>} weights By viseme name; unknown names count as closed.
 * @param {Lips} [into] Filled and returned; a new one when not given.
 * @returns {Lips}
 */
export function lipsOf(weights, into = closedLips()) {
  for (const field of FIELDS) into[field] = 0;
  let sum = 0;
  for (const viseme in weights) {
    const weight = Number(weights[viseme]);
    if (!(weight > 0) || weight === Infinity) continue;
    const target = Object.hasOwn(SHAPES, viseme) ? (SHAPES[viseme] ?? CLOSED) : CLOSED;
    for (const field of FIELDS) into[field] += target[field] * weight;
    sum += weight;
  }
  for (const field of FIELDS) into[field] = sum > 0 ? into[field] / sum : CLOSED[field];
  return into;
}

/**
 * Move lips towards others, exponentially: quicker to shut than to open, as lips are.
 *
 * @param {Lips} from Changed in place.
 * @param {Readonly<Lips>} to
 * @param {number} dtMs
 * @param {number} tauMs The difference falls to a third in this time.
 */
export function moveLips(from, to, dtMs, tauMs) {
  const share = 1 - Math.exp(-dtMs / tauMs);
  for (const field of FIELDS) from[field] += (to[field] - from[field]) * share;
}
