/**
 * One segment of a turn on the page: its words, its mouth shapes and its voice, from the first chunk to the last.
 *
 * Knows where it is on the player's clock. Decides nothing: the performer does.
 */

import { CLOSED, addCues, mouthAt, mouthOfLevel } from './lipsync.js';
import { Rhythm } from './rhythm.js';

/** A segment whose end never came is over when its voice has been dry for this long. */
const ABANDONED_S = 4;
/** Voice is scheduled no further ahead: what a page holds as samples stays small however long the talk. */
export const HORIZON_S = 8;
/** A voice without timings gets its mouth from loudness when no cue came within this time. */
const CUES_DUE_MS = 150;
const READING = { leastMs: 1200, msPerCharacter: 60, mostMs: 6000 };
/** Until the whole voice is there, its length is guessed from the text. */
const GUESS_MS_PER_CHARACTER = 65;

/**
 * @typedef {import('./wire.js').SayStart} SayStart
 * @typedef {import('./wire.js').AudioFrame} AudioFrame
 */

/** Times are seconds on the player's clock. */
export class Segment {
  /** @type {import('./wire.js').Cue[]} */ cues = [];
  /** Chunks not yet handed to the player. @type {AudioFrame[]} */ #pending = [];
  /** @type {import('./track.js').Track | null} */ track = null;
  /** All of its audio is known. */ isSealed = false;
  /** Its subtitle and emotion are on stage. */ isShown = false;
  /** The server knows that it was scheduled. */ isTold = false;
  /** The player's lost seconds when it was shown. */ lostBefore = 0;
  /** When a segment without voice began to be shown. @type {number | null} */ #readFrom = null;

  /**
   * @param {SayStart} start
   * @param {string} [language] BCP 47 tag.
   */
  constructor(start, language) {
    this.start = start;
    this.rhythm = new Rhythm(start.text, language);
  }

  /** @returns {boolean} Whether any of its audio came. */
  get isVoiced() {
    return this.track !== null || this.#pending.length > 0;
  }

  /** @returns {boolean} Whether everything it will ever have was handed to the player. */
  get isFed() {
    return this.isSealed && this.#pending.length === 0;
  }

  /** @returns {number} Voice that waits to be scheduled, in seconds. */
  get waitingS() {
    return this.#pending.reduce((sum, { pcm, sampleRate }) => sum + pcm.length / sampleRate, 0);
  }

  /** @returns {number | null} When it begins, as far as that is known. */
  get startTime() {
    return this.track ? this.track.startTime : this.#readFrom;
  }

  /** @param {readonly import('./wire.js').Cue[]} cues */
  addCues(cues) {
    addCues(this.cues, cues);
  }

  /** @param {AudioFrame} frame */
  take(frame) {
    this.#pending.push(frame);
    if (frame.isLast) this.isSealed = true;
  }

  /** @param {import('./audio.js').Player} player Gets what it has room for. */
  feed(player) {
    if (this.#pending.length && !this.track) this.track = player.openTrack(this.start.turn);
    let taken = 0;
    while (taken < this.#pending.length && player.aheadSeconds() < HORIZON_S) {
      const frame = this.#pending[taken];
      if (frame?.pcm.length) this.track?.push(frame.pcm, frame.sampleRate);
      taken += 1;
    }
    this.#pending.splice(0, taken);
    if (!this.isFed) return;
    this.track?.finish();
    if (this.track?.startTime === null) this.track = null;
  }

  /**
   * A segment without voice is shown for as long as reading it takes.
   *
   * @param {number} now The first time, its reading begins.
   * @returns {boolean} Whether it has been read.
   */
  isRead(now) {
    this.#readFrom ??= now;
    return now >= this.#readFrom + readingMs(this.start.text) / 1000;
  }

  /**
   * @param {number} now
   * @returns {boolean}
   */
  hasBegun(now) {
    const { startTime } = this;
    return startTime !== null && now >= startTime;
  }

  /**
   * @param {number} now
   * @returns {boolean}
   */
  isOver(now) {
    const { track } = this;
    if (!track) return this.isFed && this.isRead(now);
    if (track.startTime === null || now < track.endTime || this.#pending.length) return false;
    return this.isSealed || now > track.endTime + ABANDONED_S;
  }

  /**
   * @param {number} now
   * @returns {number} Share of the text said by then, in [0, 1].
   */
  shareSaid(now) {
    const { track } = this;
    const length = readingMs(this.start.text);
    if (!track) return this.#readFrom === null ? 0 : Math.min(1, ((now - this.#readFrom) * 1000) / length);
    const knownMs = track.lengthMs + this.waitingS * 1000;
    const guessMs = this.start.text.length * GUESS_MS_PER_CHARACTER;
    const wholeMs = this.isSealed ? knownMs : Math.max(guessMs, knownMs, this.cues.at(-1)?.[0] ?? 0);
    if (!wholeMs || (this.isFed && now >= track.endTime)) return 1;
    return this.rhythm.shareAt(track.positionMs(now), { cues: this.cues, wholeMs, isWhole: this.isSealed });
  }

  /**
   * @param {number} now
   * @param {() => number} level Loudness of the graph, 0 to 1.
   * @returns {import('./lipsync.js').Mouth}
   */
  mouthAt(now, level) {
    if (!this.track?.isSoundingAt(now)) return CLOSED;
    const atMs = this.track.positionMs(now);
    if (this.cues.length) return mouthAt(this.cues, atMs);
    return atMs > CUES_DUE_MS ? mouthOfLevel(level(), atMs) : CLOSED;
  }

  /**
   * @param {number} now
   * @returns {number} How much of its voice has sounded, in milliseconds.
   */
  playedMs(now) {
    return this.track?.positionMs(now) ?? 0;
  }
}

/**
 * @param {string} text
 * @returns {number} How long it takes to read, in milliseconds.
 */
export function readingMs(text) {
  return Math.min(READING.mostMs, READING.leastMs + READING.msPerCharacter * [...text].length);
}
