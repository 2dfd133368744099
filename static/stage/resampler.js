/**
 * Streaming resampling of PCM16 to the audio context's own rate.
 *
 * Chunks of one segment become one unbroken signal: a chunk that kept its own rate would be interpolated on its own by
 * the browser and click at its edges. Pure: knows no audio context.
 */

const HALF_TAPS = 12;
const TAPS = 2 * HALF_TAPS;
const MOST_PHASES = 512;

/** @type {Map<string, Float32Array[]>} */
const kernels = new Map();

/**
 * Windowed sinc (Blackman), one row a phase, each row's sum 1.
 *
 * @param {number} phases
 * @param {number} cutoff Fraction of the input's Nyquist frequency that passes.
 * @returns {Float32Array[]}
 */
function kernelOf(phases, cutoff) {
  const key = `${phases}/${cutoff}`;
  const known = kernels.get(key);
  if (known) return known;
  const rows = [];
  for (let phase = 0; phase < phases; phase += 1) {
    const row = new Float32Array(TAPS);
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap += 1) {
      const distance = tap - HALF_TAPS + 1 - phase / phases;
      const angle = Math.PI * cutoff * distance;
      const window = 0.42 + 0.5 * Math.cos((Math.PI * distance) / HALF_TAPS)
        + 0.08 * Math.cos((2 * Math.PI * distance) / HALF_TAPS);
      row[tap] = (Math.abs(distance) < 1e-9 ? 1 : Math.sin(angle) / angle) * Math.max(0, window);
      sum += row[tap] ?? 0;
    }
    for (let tap = 0; tap < TAPS; tap += 1) row[tap] = (row[tap] ?? 0) / sum;
    rows.push(row);
  }
  kernels.set(key, rows);
  return rows;
}

/**
 * @param {number} left
 * @param {number} right
 * @returns {number}
 */
function greatestDivisor(left, right) {
  return right ? greatestDivisor(right, left % right) : left;
}

/** One continuous signal from `inputRate` to `outputRate` Hz. */
export class Resampler {
  #history = new Float32Array(HALF_TAPS - 1);
  #taken = 0;
  #made = 0;

  /**
   * @param {number} inputRate Hz.
   * @param {number} outputRate Hz.
   */
  constructor(inputRate, outputRate) {
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    const divisor = greatestDivisor(inputRate, outputRate);
    const phases = Math.min(MOST_PHASES, outputRate / divisor);
    this.kernel = kernelOf(phases, Math.min(1, (0.95 * outputRate) / inputRate));
  }

  /**
   * @param {Int16Array} pcm The signal's next samples.
   * @returns {Float32Array} As many samples in [-1, 1] as can be known by now.
   */
  process(pcm) {
    const samples = Float32Array.from(pcm, (sample) => sample / 32768);
    this.#taken += pcm.length;
    return this.inputRate === this.outputRate ? samples : this.#convert(samples, this.#taken - HALF_TAPS);
  }

  /** @returns {Float32Array} The signal's tail, up to its exact length. */
  flush() {
    if (this.inputRate === this.outputRate) return new Float32Array(0);
    return this.#convert(new Float32Array(HALF_TAPS), this.#taken);
  }

  /**
   * @param {Float32Array} samples
   * @param {number} until Make outputs whose place in the input lies before this sample.
   * @returns {Float32Array}
   */
  #convert(samples, until) {
    const all = new Float32Array(this.#history.length + samples.length);
    all.set(this.#history);
    all.set(samples, this.#history.length);
    const first = this.#taken + (until === this.#taken ? HALF_TAPS : 0) - all.length;
    const end = Math.max(this.#made, Math.ceil((until * this.outputRate) / this.inputRate));
    const output = new Float32Array(end - this.#made);
    for (let index = 0; index < output.length; index += 1) {
      output[index] = this.#at(((this.#made + index) * this.inputRate) / this.outputRate, all, first);
    }
    this.#made = end;
    const needed = Math.floor((end * this.inputRate) / this.outputRate) - HALF_TAPS + 1;
    this.#history = all.slice(Math.max(0, needed - first));
    return output;
  }

  /**
   * @param {number} place Position in the input, in samples.
   * @param {Float32Array} all Known input.
   * @param {number} first Position of its first sample.
   * @returns {number}
   */
  #at(place, all, first) {
    const whole = Math.floor(place + 1e-9);
    const phase = Math.floor((place - whole) * this.kernel.length + 1e-6);
    const row = this.kernel[Math.max(0, phase)] ?? this.kernel[0];
    const from = whole - HALF_TAPS + 1 - first;
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap += 1) sum += (all[from + tap] ?? 0) * (row?.[tap] ?? 0);
    return sum;
  }
}
