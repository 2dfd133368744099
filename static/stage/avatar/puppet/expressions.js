/**
 * What each emotion does to the face, as numbers; and how a face is between emotions. Pure.
 *
 * A pose is a set of numbers. Neutral is DEFAULT_POSE; an emotion names only what it changes.
 */

/**
 * @typedef {object} Pose
 * @property {number} open Upper lids: 0 shut, 1 normal, above 1 wide.
 * @property {number} openAsym The right eye wider and the left one narrower by this much (negative: the other way).
 * @property {number} squint Lower lids raised, 0 to 1.
 * @property {number} slant Lids' slope: 1 stern (inner end down), -1 sorrowful (inner end up).
 * @property {number} arc Shut eyes: 0 asleep (sagging), 1 laughing (arched).
 * @property {number} iris Size of the irises, 1 normal.
 * @property {number} gazeX Where it looks, -1 left to 1 right.
 * @property {number} gazeY -1 up to 1 down.
 * @property {number} browY Brows' height in puppet units; negative is up.
 * @property {number} browAngle 1 stern, -1 sorrowful.
 * @property {number} browArch Roundness, 0 to 1.
 * @property {number} browAsym Right brow up and left one down (negative the other way round).
 * @property {number} smile Corners of the mouth: 1 up, -1 down.
 * @property {number} mouthW Width, as a change: 0.2 is a fifth wider.
 * @property {number} mouthAsym One-sided smile: 1 right, -1 left.
 * @property {number} wavy Unsteady lips, 0 to 1.
 * @property {number} part How far the lips rest apart once nothing has been said for a while.
 * @property {number} roundRest Roundness of those parted lips.
 * @property {number} tongueRest How far the tongue rests out of parted lips.
 * @property {number} blush 0 to 1.3.
 * @property {number} roll Tilt of the head in degrees; positive to the right.
 * @property {number} pitch -1 up to 1 down.
 * @property {number} yaw -1 left to 1 right.
 * @property {number} ears 1 pricked up, -1 laid down.
 * @property {number} earAsym One ear up, the other down.
 * @property {number} shoulders Raised, 0 to 1.
 * @property {number} bob Liveliness of the body, 0 to 1.
 * @property {number} tremble 0 to 1.
 * @property {number} sparkle Bright eyes and little stars around.
 * @property {number} hearts
 * @property {number} tear
 * @property {number} laughTears
 * @property {number} vein Mark of anger.
 * @property {number} marks Lines of surprise.
 * @property {number} gloom Dark forehead.
 * @property {number} sweat
 * @property {number} blushLines
 * @property {number} glint
 * @property {number} dots Thinking.
 * @property {number} zzz
 * @property {number} question
 * @property {number} puff A snort of displeasure.
 * @property {number} flames Resolve.
 * @property {number} red The emotion's accent colour, 0 to 255.
 * @property {number} green
 * @property {number} blue
 * @property {number} aura Strength of the accent's glow, 0 to 1.
 */

/** @type {Readonly<Pose>} */
export const DEFAULT_POSE = Object.freeze({
  open: 1, openAsym: 0, squint: 0, slant: 0, arc: 0, iris: 1, gazeX: 0, gazeY: 0,
  browY: 0, browAngle: 0, browArch: 0.35, browAsym: 0,
  smile: 0.38, mouthW: 0, mouthAsym: 0, wavy: 0, part: 0, roundRest: 0, tongueRest: 0,
  blush: 0.3, roll: 0, pitch: 0, yaw: 0, ears: 0, earAsym: 0, shoulders: 0, bob: 0.15, tremble: 0,
  sparkle: 0, hearts: 0, tear: 0, laughTears: 0, vein: 0, marks: 0, gloom: 0, sweat: 0, blushLines: 0, glint: 0,
  dots: 0, zzz: 0, question: 0, puff: 0, flames: 0,
  red: 167, green: 139, blue: 250, aura: 0.28,
});

/** @type {Readonly<Record<string, Partial<Pose>>>} */
const EXPRESSIONS = {
  neutral: {},
  joy: {
    smile: 1.05, squint: 0.42, browY: -12, browArch: 0.7, mouthW: 0.26, part: 0.62, blush: 0.75, roll: 4, pitch: -0.12,
    ears: 0.5, bob: 0.45, sparkle: 0.75, red: 255, green: 196, blue: 60, aura: 0.55,
  },
  laugh: {
    open: 0, arc: 1, smile: 1.15, browY: -20, browArch: 1, mouthW: 0.42, part: 0.85, blush: 0.9, roll: -6, pitch: -0.4,
    ears: 0.15, earAsym: 0.2, shoulders: 0.5, bob: 1, laughTears: 1, red: 255, green: 150, blue: 70, aura: 0.6,
  },
  love: {
    open: 0.95, squint: 0.35, iris: 1.1, smile: 0.95, browY: -8, browAngle: -0.2, browArch: 0.7, mouthW: 0.1, part: 0.2,
    blush: 1.15, roll: 8, ears: 0.2, bob: 0.35, hearts: 1, sparkle: 0.5, red: 255, green: 98, blue: 156, aura: 0.65,
  },
  excited: {
    open: 1.16, iris: 1.12, smile: 1.1, browY: -26, browArch: 0.9, mouthW: 0.35, part: 0.7, blush: 0.7, pitch: -0.15,
    ears: 1, bob: 0.9, sparkle: 1.3, red: 255, green: 214, blue: 64, aura: 0.65,
  },
  sad: {
    open: 0.74, slant: -0.85, iris: 1.04, gazeY: 0.5, browY: -2, browAngle: -0.95, browArch: 0.1, smile: -0.95,
    mouthW: -0.22, blush: 0.12, roll: -7, pitch: 0.5, ears: -1, shoulders: -0.4, bob: 0, tear: 1,
    red: 86, green: 140, blue: 235, aura: 0.5,
  },
  angry: {
    open: 0.82, slant: 1, squint: 0.3, iris: 0.88, browY: 20, browAngle: 1.05, browArch: 0, smile: -1.05, mouthW: 0.08,
    blush: 0.55, pitch: 0.18, roll: 3, ears: -0.75, shoulders: 0.6, bob: 0.2, tremble: 0.35, vein: 1,
    red: 240, green: 62, blue: 62, aura: 0.65,
  },
  surprised: {
    open: 1.3, iris: 0.72, browY: -38, browArch: 1, smile: 0, mouthW: -0.42, part: 0.85, roundRest: 1, blush: 0.35,
    pitch: -0.2, ears: 1.1, shoulders: 0.5, marks: 1, red: 56, green: 200, blue: 235, aura: 0.55,
  },
  scared: {
    open: 1.18, slant: -0.4, iris: 0.62, browY: -10, browAngle: -0.9, browArch: 0.1, smile: -0.5, mouthW: 0.1, wavy: 1,
    blush: 0, ears: -0.9, shoulders: 0.9, bob: 0, tremble: 1, gloom: 1, sweat: 1,
    red: 110, green: 110, blue: 200, aura: 0.45,
  },
  shy: {
    open: 0.72, slant: -0.35, gazeX: -0.75, gazeY: 0.45, browY: -2, browAngle: -0.6, smile: 0.5, mouthW: -0.34,
    wavy: 0.55, blush: 1.3, blushLines: 1, roll: -9, pitch: 0.3, yaw: -0.35, ears: -0.55, shoulders: 0.8, sweat: 0.4,
    red: 255, green: 120, blue: 140, aura: 0.55,
  },
  smug: {
    open: 0.58, slant: 0.35, squint: 0.35, gazeX: 0.35, browY: -2, browAngle: 0.25, browAsym: 1, browArch: 0.8,
    smile: 0.9, mouthW: 0.16, mouthAsym: 1.1, blush: 0.35, roll: 7, pitch: -0.3, yaw: 0.3, ears: 0.2, earAsym: 0.6,
    glint: 1, red: 190, green: 90, blue: 245, aura: 0.55,
  },
  thinking: {
    open: 0.92, squint: 0.15, gazeX: 0.7, gazeY: -0.85, browY: -6, browAngle: 0.2, browAsym: -0.95, smile: -0.15,
    mouthW: -0.36, mouthAsym: -0.75, roll: -7, pitch: -0.2, yaw: 0.35, earAsym: -0.8, bob: 0.05, dots: 1,
    red: 80, green: 190, blue: 170, aura: 0.45,
  },
  sleepy: {
    open: 0.26, browY: -6, browAngle: -0.35, browArch: 0.8, smile: 0, mouthW: -0.3, part: 0.34, roundRest: 0.9,
    blush: 0.4,
    roll: 9, pitch: 0.5, ears: -0.65, shoulders: -0.4, bob: 0, zzz: 1, red: 120, green: 130, blue: 210, aura: 0.3,
  },
  confused: {
    open: 1, iris: 0.94, browY: -8, browAngle: -0.35, browAsym: 0.9, smile: -0.3, mouthW: -0.2, wavy: 0.7, roll: 11,
    ears: 0.1, earAsym: 1, question: 1, red: 110, green: 170, blue: 240, aura: 0.4,
  },
  playful: {
    open: 0.62, openAsym: -0.62, arc: 1, squint: 0.25, smile: 1.1, browY: -14, browAsym: -0.7, browArch: 0.8,
    mouthW: 0.12,
    mouthAsym: 0.5, part: 0.34, tongueRest: 1, blush: 0.7, roll: 9, pitch: -0.1, yaw: 0.2, ears: 0.4, earAsym: -0.5,
    bob: 0.5,
    glint: 0.8, red: 255, green: 130, blue: 200, aura: 0.55,
  },
  pout: {
    open: 0.74, slant: 0.55, gazeX: -0.8, gazeY: 0.1, browY: 12, browAngle: 0.6, browArch: 0.2, smile: -1.05,
    mouthW: -0.5,
    blush: 1, roll: -5, pitch: -0.25, yaw: -0.45, ears: -0.45, earAsym: -0.4, shoulders: 0.7, bob: 0.1, puff: 1,
    red: 255, green: 110, blue: 90, aura: 0.5,
  },
  determined: {
    open: 0.96, slant: 0.75, iris: 1.02, browY: 10, browAngle: 0.85, browArch: 0.15, smile: 0.75, mouthW: 0.12,
    mouthAsym: 0.35,
    blush: 0.35, pitch: 0.12, ears: 0.9, shoulders: 0.35, bob: 0.35, flames: 1, sparkle: 0.45,
    red: 255, green: 122, blue: 40, aura: 0.65,
  },
};

/** @returns {Pose} A calm face of one's own. */
export function neutralPose() {
  return { ...DEFAULT_POSE };
}

/** Other words for the same feeling. @type {Readonly<Record<string, string>>} */
const ALIASES = {
  happy: 'joy', joyful: 'joy', smile: 'joy', amused: 'laugh', laughing: 'laugh', affection: 'love', loving: 'love',
  sadness: 'sad', crying: 'sad', anger: 'angry', annoyed: 'angry', surprise: 'surprised', shocked: 'surprised',
  fear: 'scared', afraid: 'scared', worried: 'scared', embarrassed: 'shy', blush: 'shy', proud: 'smug', sly: 'smug',
  teasing: 'smug', curious: 'thinking', thoughtful: 'thinking', tired: 'sleepy', bored: 'sleepy', puzzled: 'confused',
  wink: 'playful', mischievous: 'playful', sulky: 'pout', grumpy: 'pout', brave: 'determined', resolute: 'determined',
};

/** Emotions the puppet shows. @type {readonly string[]} */
export const EMOTIONS = Object.freeze(Object.keys(EXPRESSIONS));

/**
 * @param {string} name Emotion or another word for it; unknown ones are neutral.
 * @param {number} intensity 0 to 1; outside of it as at its nearest end.
 * @param {readonly [red: number, green: number, blue: number]} [calm] The colour of a neutral face.
 * @returns {Pose}
 */
export function poseOf(name, intensity, calm) {
  const word = String(name).toLowerCase();
  const strength = Math.min(1, Math.max(0, Number(intensity) || 0));
  const key = ALIASES[word] ?? word;
  const changes = Object.hasOwn(EXPRESSIONS, key) ? EXPRESSIONS[key] : {};
  const pose = { ...DEFAULT_POSE };
  if (calm) [pose.red, pose.green, pose.blue] = calm;
  for (const [field, value] of Object.entries(changes ?? {})) {
    const part = /** @type {keyof Pose} */ (field);
    pose[part] += (value - pose[part]) * strength;
  }
  return pose;
}

/**
 * Move a pose towards another, exponentially.
 *
 * @param {Pose} pose Changed in place.
 * @param {Pose} target
 * @param {number} dtMs
 * @param {number} tauMs The difference falls to a third in this time.
 */
export function approach(pose, target, dtMs, tauMs) {
  const share = 1 - Math.exp(-dtMs / tauMs);
  for (const field of /** @type {(keyof Pose)[]} */ (Object.keys(pose))) {
    pose[field] += (target[field] - pose[field]) * share;
  }
}
