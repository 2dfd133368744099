/**
 * The movements that are told: wave, nod, shake, bounce. Each ends where it began. Pure.
 */

/**
 * @typedef {object} Movement What a motion adds to the pose.
 * @property {number} x Puppet units.
 * @property {number} y Puppet units; negative is up.
 * @property {number} roll Degrees.
 * @property {number} pitch
 * @property {number} yaw
 * @property {number} squash Negative stretches.
 * @property {number} arm The waving arm: 0 away, 1 up.
 * @property {number} wag The waving hand's angle in degrees.
 */

/** @type {Readonly<Movement>} */
const STILL = Object.freeze({ x: 0, y: 0, roll: 0, pitch: 0, yaw: 0, squash: 0, arm: 0, wag: 0 });

/** In and out softly. @type {(share: number, ramp: number) => number} */
const swell = (share, ramp) => {
  const edge = Math.min(1, share / ramp, (1 - share) / ramp);
  return edge * edge * (3 - 2 * edge);
};

/** @type {Record<string, {ms: number, at: (share: number) => Partial<Movement>}>} */
const MOTIONS = {
  wave: {
    ms: 2200,
    at: (share) => ({
      arm: swell(share, 0.18),
      wag: Math.sin(share * Math.PI * 9) * 15 * swell(share, 0.25),
      roll: 5 * swell(share, 0.25),
      y: -6 * swell(share, 0.25),
    }),
  },
  nod: {
    ms: 1100,
    at: (share) => ({
      pitch: Math.sin(share * Math.PI * 4 - Math.PI / 2) * 0.5 * swell(share, 0.2) + 0.45 * swell(share, 0.2),
      y: 12 * Math.max(0, Math.sin(share * Math.PI * 4 - Math.PI / 2)) * swell(share, 0.2),
    }),
  },
  shake: {
    ms: 1200,
    at: (share) => ({
      yaw: Math.sin(share * Math.PI * 6) * 1.05 * swell(share, 0.2),
      roll: Math.sin(share * Math.PI * 6 - 0.6) * 2.5 * swell(share, 0.2),
      x: Math.sin(share * Math.PI * 6) * 9 * swell(share, 0.2),
    }),
  },
  bounce: {
    ms: 1300,
    at: (share) => {
      const hop = Math.abs(Math.sin(share * Math.PI * 3)) * swell(share, 0.12);
      return { y: -52 * hop, squash: (0.045 - 0.09 * hop) * swell(share, 0.12) };
    },
  },
};

/** Movements the puppet makes. @type {readonly string[]} */
export const MOTION_NAMES = Object.freeze(Object.keys(MOTIONS));

/** Plays one motion at a time. */
export class Motion {
  /** @type {string | null} */ #name = null;
  /** @type {number | null} */ #startedAt = null;

  /** @param {string} name Unknown names are ignored. */
  play(name) {
    if (!Object.hasOwn(MOTIONS, name)) return;
    this.#name = name;
    this.#startedAt = null;
  }

  /**
   * @param {number} now Milliseconds.
   * @returns {Readonly<Movement>}
   */
  step(now) {
    const motion = this.#name === null ? undefined : MOTIONS[this.#name];
    if (!motion) return STILL;
    this.#startedAt ??= now;
    const share = (now - this.#startedAt) / motion.ms;
    if (share < 1) return { ...STILL, ...motion.at(share) };
    this.#name = null;
    return STILL;
  }
}
