/**
 * Louder without clipping: a gain, then a look-ahead limiter. One continuous signal in, the same signal out, in time.
 *
 * The gain needed by the loudest sample ahead is reached before that sample comes, and let go slowly after it. Works
 * on samples before they are scheduled, so it needs no audio worklet (which plain http refuses) and adds no delay: the
 * last two milliseconds are merely known later. Pure: knows no audio context.
 */

const AHEAD_S = 0.002;
const RELEASE_S = 0.12;

/**
 * @param {number} decibels
 * @returns {number} The factor.
 */
export function factorOf(decibels) {
  return 10 ** (decibels / 20);
}

/** One signal's limiter. */
export class Limiter {
  /** Samples taken and amplified, not yet given back. */
  #held = new Float32Array(0);
  /** Gain each held sample needs, never rising faster than the release. */
  #gain = 1;

  /**
   * @param {number} rate Hz.
   * @param {{boost_db: number, ceiling_db: number}} settings
   */
  constructor(rate, { boost_db: boostDb, ceiling_db: ceilingDb }) {
    this.ahead = Math.max(1, Math.round(AHEAD_S * rate));
    this.boost = factorOf(boostDb);
    this.ceiling = factorOf(ceilingDb);
    this.release = 1 - Math.exp(-1 / (RELEASE_S * rate));
  }

  /**
   * @param {Float32Array} samples The signal's next samples; more or less than one is fine.
   * @returns {Float32Array} As many as can be known, none beyond the ceiling.
   */
  process(samples) {
    const all = new Float32Array(this.#held.length + samples.length);
    all.set(this.#held);
    for (let index = 0; index < samples.length; index += 1) {
      all[this.#held.length + index] = (samples[index] ?? 0) * this.boost;
    }
    return this.#limit(all, Math.max(0, all.length - this.ahead));
  }

  /** @returns {Float32Array} The signal's tail. */
  flush() {
    return this.#limit(this.#held, this.#held.length);
  }

  /**
   * @param {Float32Array} all
   * @param {number} count How many of them to give back.
   * @returns {Float32Array}
   */
  #limit(all, count) {
    const output = all.slice(0, count);
    this.#held = all.slice(count);
    if (this.#gain > 0.9999 && !this.#exceeds(all)) {
      this.#gain = 1;
      return output;
    }
    const needed = this.#neededAhead(all);
    for (let index = 0; index < count; index += 1) {
      const target = needed[index] ?? 1;
      if (target < this.#gain) this.#gain = Math.max(target, this.#gain - (1 - target) / this.ahead);
      else this.#gain += (target - this.#gain) * this.release;
      const limited = (output[index] ?? 0) * this.#gain;
      output[index] = Math.min(this.ceiling, Math.max(-this.ceiling, limited));
    }
    return output;
  }

  /**
   * @param {Float32Array} all
   * @returns {boolean} Whether any sample is beyond the ceiling.
   */
  #exceeds(all) {
    for (const sample of all) if (sample > this.ceiling || sample < -this.ceiling) return true;
    return false;
  }

  /**
   * @param {Float32Array} all
   * @returns {Float32Array} For each sample the least gain needed from it to the end of the look-ahead.
   */
  #neededAhead(all) {
    const needed = new Float32Array(all.length);
    /** Places whose needs rise towards the end: the first is the least of the window. @type {number[]} */
    const window = [];
    const need = (/** @type {number} */ at) => Math.min(1, this.ceiling / Math.max(1e-9, Math.abs(all[at] ?? 0)));
    let head = 0;
    for (let place = all.length - 1; place >= 0; place -= 1) {
      const own = need(place);
      while (window.length > head && need(Number(window.at(-1))) >= own) window.pop();
      window.push(place);
      while (Number(window[head]) > place + this.ahead) head += 1;
      needed[place] = need(Number(window[head]));
    }
    return needed;
  }
}
