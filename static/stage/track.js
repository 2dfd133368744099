/**
 * One segment's voice: chunks in, resampled and limited, placed on the player's clock. Knows where it has got to.
 *
 * Must not know the graph: the player schedules what it makes.
 */

import { Limiter } from './limiter.js';
import { Resampler } from './resampler.js';

/**
 * @typedef {object} Run A stretch of a track that sounds without a break; all in frames of the context's rate.
 * @property {number} media Where in the track it begins.
 * @property {number} start When it begins on the player's clock.
 * @property {number} length
 */

/** One segment's voice. Push chunks in order, then finish. */
export class Track {
  /** @type {Run[]} */ runs = [];
  /** @type {Resampler | null} */ #resampler = null;
  #length = 0;
  isFinished = false;

  /**
   * @param {import('./audio.js').Player} player
   * @param {string} turn Tracks of one turn follow each other without a lead.
   */
  constructor(player, turn) {
    this.player = player;
    this.turn = turn;
    this.rate = player.context.sampleRate;
    this.limiter = new Limiter(this.rate, player.limits);
  }

  /**
   * @param {Int16Array} pcm Mono samples.
   * @param {number} sampleRate Hz; the same for all of a track (a change starts a new signal at the seam).
   */
  push(pcm, sampleRate) {
    if (this.isFinished) return;
    if (this.#resampler?.inputRate !== sampleRate) {
      this.#flush();
      this.#resampler = new Resampler(sampleRate, this.rate);
    }
    this.player.stats.chunks += 1;
    this.#schedule(this.limiter.process(this.#resampler.process(pcm)));
  }

  /** No more chunks come. */
  finish() {
    if (this.isFinished) return;
    this.#flush();
    this.#schedule(this.limiter.flush());
    this.isFinished = true;
  }

  /** When the first sample sounds, or null while nothing is scheduled. @returns {number | null} */
  get startTime() {
    const first = this.runs[0];
    return first ? first.start / this.rate : null;
  }

  /** When the last sample scheduled so far has sounded. @returns {number} */
  get endTime() {
    const last = this.runs.at(-1);
    return last ? (last.start + last.length) / this.rate : 0;
  }

  /** Length of what was scheduled so far. @returns {number} Milliseconds. */
  get lengthMs() {
    return (this.#length / this.rate) * 1000;
  }

  /**
   * @param {number} time
   * @returns {number} How much of the track has sounded by then, in milliseconds.
   */
  positionMs(time) {
    const frame = time * this.rate;
    let played = 0;
    for (const { media, start, length } of this.runs) {
      if (frame >= start) played = media + Math.min(frame - start, length);
    }
    return (played / this.rate) * 1000;
  }

  /**
   * @param {number} time
   * @returns {boolean} Whether a sample of it sounds then.
   */
  isSoundingAt(time) {
    const frame = time * this.rate;
    return this.runs.some(({ start, length }) => frame >= start && frame < start + length);
  }

  #flush() {
    if (this.#resampler) this.#schedule(this.limiter.process(this.#resampler.flush()));
  }

  /** @param {Float32Array} samples */
  #schedule(samples) {
    if (!samples.length) return;
    const start = this.player.place(samples, this);
    const last = this.runs.at(-1);
    if (last && last.start + last.length === start) last.length += samples.length;
    else this.runs.push({ media: this.#length, start, length: samples.length });
    this.#length += samples.length;
  }
}
