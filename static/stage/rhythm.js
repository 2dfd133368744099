/**
 * From the sound of a segment to the words said so far: which share of the text belongs to a moment of its audio.
 *
 * Voices tell mouth shapes, not words. The pauses among the shapes are matched with the punctuation, and between pauses
 * each word begins with its first syllable, counted by its vowels. Without shapes the text's own proportions stand in.
 * Pure.
 */

import { pauseOf, piecesOf, weightOf } from './breaking.js';

const VOWELS = ['aa', 'E', 'I', 'O', 'U'];
const SIGN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\d]|[аеёиоуыэюяіїє]/giu;
const LATIN_VOWELS = /[aeiouyàáâäåæèéêëìíîïòóôöøùúûü]+/giu;
const SHORTEST_PAUSE_MS = 40;
const USUAL_SYLLABLE_MS = 190;
/** Prices of leaving one of them without a partner, in milliseconds of mismatch. */
const ALONE = { mark: 90, pause: 260 };

/**
 * @typedef {import('./wire.js').Cue} Cue
 * @typedef {{from: number, syllables: number}} Word Where it begins in the text's weight; how many syllables it has.
 * @typedef {{words: Word[], syllables: number, voicedTo: number, to: number}} Phrase Up to a mark; `voicedTo` and `to`
 *   are weights before and after the pause of its mark.
 * @typedef {{fromMs: number, toMs: number}} Pause
 * @typedef {[atMs: number, weight: number]} Anchor
 * @typedef {{cost: number, step: '' | 'mark' | 'pause' | 'both'}} Way
 */

/** One segment's rhythm; asked again and again while shapes and audio still come. */
export class Rhythm {
  /** @type {Anchor[]} */ #anchors = [];
  #known = '';

  /**
   * @param {string} text
   * @param {string} [language] BCP 47 tag.
   */
  constructor(text, language = 'en') {
    this.phrases = phrasesOf(piecesOf(text, language));
    this.weight = this.phrases.at(-1)?.to ?? 0;
  }

  /**
   * @param {number} atMs Of the segment's audio.
   * @param {object} heard
   * @param {readonly Cue[]} heard.cues
   * @param {number} heard.wholeMs Length of the audio, or what it is guessed to be.
   * @param {boolean} heard.isWhole Everything came: the shapes reach to the end.
   * @returns {number} Share of the text's weight said by then, in [0, 1].
   */
  shareAt(atMs, { cues, wholeMs, isWhole }) {
    if (!this.weight) return 1;
    const known = `${cues.length}/${wholeMs}/${isWhole}`;
    if (known !== this.#known) {
      this.#known = known;
      this.#anchors = anchorsOf(this.phrases, cues, wholeMs, isWhole);
    }
    return Math.min(1, weightAt(this.#anchors, atMs) / this.weight);
  }
}

/**
 * @param {string} piece
 * @returns {number} About how many; at least one.
 */
function syllablesOf(piece) {
  return Math.max(1, (piece.match(SIGN)?.length ?? 0) + (piece.match(LATIN_VOWELS)?.length ?? 0));
}

/**
 * @param {readonly string[]} pieces
 * @returns {Phrase[]}
 */
function phrasesOf(pieces) {
  /** @type {Phrase[]} */
  const phrases = [];
  /** @type {Word[]} */
  let words = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    words.push({ from: at, syllables: syllablesOf(piece) });
    at += weightOf(piece);
    if (!pauseOf(piece) && index < pieces.length - 1) continue;
    const syllables = words.reduce((sum, word) => sum + word.syllables, 0);
    phrases.push({ words, syllables, voicedTo: at - pauseOf(piece), to: at });
    words = [];
  }
  return phrases;
}

/**
 * @param {Phrase[]} phrases
 * @param {readonly Cue[]} cues
 * @param {number} wholeMs
 * @param {boolean} isWhole
 * @returns {Anchor[]} In order of time.
 */
function anchorsOf(phrases, cues, wholeMs, isWhole) {
  const weight = phrases.at(-1)?.to ?? 0;
  const beginMs = cues.find(([, viseme]) => viseme !== 'sil')?.[0];
  if (beginMs === undefined) return [[0, 0], [wholeMs, weight]];
  const endMs = endOfVoice(cues, wholeMs, isWhole);
  const marks = phrases.slice(0, -1).map(({ voicedTo }) => beginMs + ((endMs - beginMs) * voicedTo) / weight);
  const pauses = matched(marks, pausesOf(cues, beginMs));
  /** @type {Anchor[]} */
  const anchors = [[beginMs, 0]];
  let pace = 1;
  let fromMs = beginMs;
  for (const { phrase, pause } of stretches(phrases, pauses)) {
    const toMs = pause?.fromMs ?? (isWhole ? endMs : null);
    const onsets = onsetsOf(cues, fromMs, toMs ?? Infinity);
    if (toMs !== null) pace = onsets.length / phrase.syllables;
    anchors.push(...wordAnchors(phrase, onsets, toMs, pace));
    if (toMs !== null) anchors.push([toMs, phrase.voicedTo]);
    if (!pause) break;
    anchors.push([pause.toMs, phrase.to]);
    fromMs = pause.toMs;
  }
  anchors.push([Math.max(wholeMs, Number(anchors.at(-1)?.[0])), weight]);
  return rising(anchors);
}

/**
 * @param {Phrase[]} phrases
 * @param {(Pause | undefined)[]} pauses By mark.
 * @returns {{phrase: Phrase, pause: Pause | undefined}[]} What is said from one pause to the next.
 */
function stretches(phrases, pauses) {
  const found = [];
  /** @type {Phrase[]} */
  let group = [];
  for (const [index, phrase] of phrases.entries()) {
    group.push(phrase);
    const isLast = index === phrases.length - 1;
    if (!pauses[index] && !isLast) continue;
    found.push({ phrase: join(group), pause: pauses[index] });
    group = [];
  }
  return found;
}

/**
 * @param {Phrase[]} phrases Neighbours.
 * @returns {Phrase} All of them as one.
 */
function join(phrases) {
  return {
    words: phrases.flatMap(({ words }) => words),
    syllables: phrases.reduce((sum, { syllables }) => sum + syllables, 0),
    voicedTo: phrases.at(-1)?.voicedTo ?? 0,
    to: phrases.at(-1)?.to ?? 0,
  };
}

/**
 * When each word of a phrase begins.
 *
 * @param {Phrase} phrase
 * @param {number[]} onsets Beginnings of its syllables that are known.
 * @param {number | null} toMs Its end, null while it still comes.
 * @param {number} pace Heard syllables for each counted one.
 * @returns {Anchor[]}
 */
function wordAnchors({ words, syllables }, onsets, toMs, pace) {
  /** @type {Anchor[]} */
  const anchors = [];
  if (!onsets.length) return anchors;
  let counted = 0;
  for (const { from, syllables: own } of words) {
    const place = toMs === null ? counted * pace : (counted / syllables) * onsets.length;
    anchors.push([onsetAt(onsets, place, toMs), from]);
    counted += own;
  }
  return anchors;
}

/**
 * @param {number[]} onsets
 * @param {number} place Which syllable; between two is between their beginnings.
 * @param {number | null} toMs
 * @returns {number} When it begins; beyond the last known one at the usual pace.
 */
function onsetAt(onsets, place, toMs) {
  const index = Math.floor(place);
  const here = onsets[Math.min(index, onsets.length - 1)] ?? 0;
  const next = onsets[index + 1] ?? toMs ?? here + USUAL_SYLLABLE_MS;
  if (index >= onsets.length) return here + (place - onsets.length + 1) * USUAL_SYLLABLE_MS;
  return here + (next - here) * (place - index);
}

/**
 * @param {readonly Cue[]} cues
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {number[]} When each syllable begins: with the first sound after the vowel before it.
 */
function onsetsOf(cues, fromMs, toMs) {
  /** @type {number[]} */
  const onsets = [];
  let begin = fromMs;
  for (const [index, [at, viseme]] of cues.entries()) {
    if (at < fromMs || at >= toMs || !VOWELS.includes(viseme)) continue;
    onsets.push(begin);
    const next = cues.slice(index + 1).find(([, shape]) => shape !== 'sil');
    begin = Number(next?.[0] ?? at);
  }
  return onsets;
}

/**
 * @param {readonly Cue[]} cues
 * @param {number} beginMs
 * @returns {Pause[]} Silences between sounds.
 */
function pausesOf(cues, beginMs) {
  /** @type {Pause[]} */
  const pauses = [];
  for (const [index, [fromMs, viseme]] of cues.entries()) {
    const toMs = cues[index + 1]?.[0];
    if (viseme !== 'sil' || fromMs < beginMs || toMs === undefined) continue;
    if (toMs - fromMs >= SHORTEST_PAUSE_MS) pauses.push({ fromMs, toMs });
  }
  return pauses;
}

/**
 * @param {readonly Cue[]} cues
 * @param {number} wholeMs
 * @param {boolean} isWhole
 * @returns {number} When the last sound ends.
 */
function endOfVoice(cues, wholeMs, isWhole) {
  const last = cues.at(-1);
  return isWhole && last?.[1] === 'sil' ? Math.min(wholeMs, last[0]) : wholeMs;
}

/**
 * @param {Way[][]} ways
 * @param {number} mark
 * @param {number} pause
 * @param {number} apart Milliseconds between the two.
 * @returns {Way}
 */
function bestWay(ways, mark, pause, apart) {
  const price = (/** @type {number} */ m, /** @type {number} */ p) => ways[m]?.[p]?.cost ?? Infinity;
  if (!mark && !pause) return { cost: 0, step: '' };
  /** @type {Way[]} */
  const steps = [
    { cost: price(mark - 1, pause) + ALONE.mark, step: 'mark' },
    { cost: price(mark, pause - 1) + ALONE.pause, step: 'pause' },
  ];
  if (mark && pause) steps.push({ cost: price(mark - 1, pause - 1) + Math.min(apart / 3, 340), step: 'both' });
  return steps.reduce((best, each) => (each.cost < best.cost ? each : best));
}

/**
 * Give marks of the text their pauses, in order, at the least mismatch.
 *
 * @param {number[]} marks When each mark is expected.
 * @param {Pause[]} pauses
 * @returns {(Pause | undefined)[]} By mark.
 */
function matched(marks, pauses) {
  /** Cheapest way for the first marks and pauses, and its last step. @type {Way[][]} */
  const ways = [];
  for (let mark = 0; mark <= marks.length; mark += 1) {
    ways.push([]);
    for (let pause = 0; pause <= pauses.length; pause += 1) {
      const apart = Math.abs(Number(marks[mark - 1]) - Number(pauses[pause - 1]?.fromMs));
      ways[mark]?.push(bestWay(ways, mark, pause, apart));
    }
  }
  /** @type {(Pause | undefined)[]} */
  const found = marks.map(() => undefined);
  for (let mark = marks.length, pause = pauses.length; mark || pause;) {
    const step = ways[mark]?.[pause]?.step;
    if (step === 'both') found[mark - 1] = pauses[pause - 1];
    if (step !== 'pause') mark -= 1;
    if (step !== 'mark') pause -= 1;
  }
  return found;
}

/**
 * @param {Anchor[]} anchors
 * @returns {Anchor[]} Those that go forward in time and text.
 */
function rising(anchors) {
  /** @type {Anchor[]} */
  const kept = [];
  for (const anchor of [...anchors].sort((left, right) => left[1] - right[1] || left[0] - right[0])) {
    const last = kept.at(-1);
    if (!last || anchor[0] >= last[0]) kept.push(anchor);
  }
  return kept;
}

/**
 * @param {Anchor[]} anchors
 * @param {number} atMs
 * @returns {number}
 */
function weightAt(anchors, atMs) {
  let before = anchors[0];
  if (!before || atMs <= before[0]) return before?.[1] ?? 0;
  for (const anchor of anchors) {
    if (anchor[0] > atMs) {
      return before[1] + ((anchor[1] - before[1]) * (atMs - before[0])) / (anchor[0] - before[0]);
    }
    before = anchor;
  }
  return before[1];
}
