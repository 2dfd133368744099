/**
 * Mouth cues for a written line, good enough to look at: letters, not sounds. On air the voice's own timings are used.
 * Pure.
 */

/** @typedef {import('../../stage/wire.js').Cue} Cue */

/** Letters of one mouth, Latin and Cyrillic. @type {readonly [viseme: string, letters: string][]} */
const LETTERS = [
  ['PP', 'pbmпбм'],
  ['FF', 'fvwфв'],
  ['TH', 'θð'],
  ['DD', 'tdтд'],
  ['kk', 'kgqcxhкгхй'],
  ['CH', 'jчшжщ'],
  ['SS', 'szсзц'],
  ['nn', 'nlнл'],
  ['RR', 'rр'],
  ['aa', 'aая'],
  ['E', 'eэе'],
  ['I', 'iyиы'],
  ['O', 'oоё'],
  ['U', 'uую'],
];
const PAIRS = new Map([['th', 'TH'], ['sh', 'CH'], ['ch', 'CH'], ['ph', 'FF'], ['oo', 'U'], ['ee', 'I'], ['ou', 'U']]);
const VOWELS = new Set(['aa', 'E', 'I', 'O', 'U']);
const VOWEL_MS = 125;
const CONSONANT_MS = 75;
const SPACE_MS = 60;
const STOP_MS = 320;

/** @type {ReadonlyMap<string, string>} */
const MOUTHS = new Map(LETTERS.flatMap(([viseme, letters]) => [...letters].map((letter) => [letter, viseme])));

/**
 * @param {string} text
 * @returns {{cues: Cue[], ms: number}} Cues from 0 on, and how long the line takes.
 */
export function cuesOf(text) {
  /** @type {Cue[]} */
  const cues = [];
  const letters = [...text.toLowerCase()];
  let at = 0;
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? '';
    const pair = PAIRS.get(letter + (letters[index + 1] ?? ''));
    const viseme = pair ?? MOUTHS.get(letter) ?? 'sil';
    if (pair) index += 1;
    if (cues.at(-1)?.[1] !== viseme) cues.push([at, viseme]);
    if (viseme === 'sil') at += /[.!?…,;:—]/.test(letter) ? STOP_MS : SPACE_MS;
    else at += VOWELS.has(viseme) ? VOWEL_MS : CONSONANT_MS;
  }
  cues.push([at, 'sil']);
  return { cues, ms: at };
}

/**
 * @param {readonly string[]} visemes
 * @param {number} eachMs
 * @returns {{cues: Cue[], ms: number}} One after another, shut between.
 */
export function sweepOf(visemes, eachMs) {
  /** @type {Cue[]} */
  const cues = visemes.map((viseme, index) => [index * eachMs, viseme]);
  const ms = visemes.length * eachMs;
  cues.push([ms, 'sil']);
  return { cues, ms };
}
