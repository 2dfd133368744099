/**
 * What moves without being told: springs, blinks, glances, weight shifts.
 *
 * Pure numbers; draws nothing.
 */

/** A value on a spring: follows its target, overshoots a little, comes to rest. */
export class Spring {
  /**
   * @param {number} stiffness Per second squared; 120 is lively.
   * @param {number} damping Per second; 2 * sqrt(stiffness) would not overshoot.
   */
  constructor(stiffness, damping) {
    this.stiffness = stiffness;
    this.damping = damping;
    this.value = 0;
    this.speed = 0;
  }

  /**
   * @param {number} target
   * @param {number} dt Seconds, at most 0.05.
   * @returns {number} The new value.
   */
  step(target, dt) {
    const steps = Math.ceil(dt / 0.009);
    for (let done = 0; done < steps; done += 1) {
      this.speed += ((target - this.value) * this.stiffness - this.speed * this.damping) * (dt / steps);
      this.value += this.speed * (dt / steps);
    }
    return this.value;
  }
}

/**
 * Slow wandering without a visible period.
 *
 * @param {number} seconds
 * @param {number} seed Different seeds wander differently.
 * @returns {number} In [-1, 1].
 */
export function wander(seconds, seed) {
  return (
    Math.sin(seconds * 0.61 + seed * 1.7) * 0.5
    + Math.sin(seconds * 0.37 + seed * 4.1) * 0.3
    + Math.sin(seconds * 1.13 + seed * 2.3) * 0.2
  );
}

const BLINK_MS = { close: 75, hold: 35, open: 130 };

/** Blinks at uneven times, now and then twice. */
export class Blink {
  #startedAt = -Infinity;
  #nextAt = 0;

  /** @param {() => number} random In [0, 1). */
  constructor(random) {
    this.random = random;
  }

  /**
   * @param {number} now Milliseconds.
   * @returns {number} How far the lids are open, in [0, 1].
   */
  step(now) {
    if (!this.#nextAt) this.#nextAt = now + 900 + this.random() * 2500;
    if (now >= this.#nextAt) {
      this.#startedAt = now;
      const isDouble = this.random() < 0.16;
      this.#nextAt = now + (isDouble ? 290 : 2100 + this.random() * 3900);
    }
    const at = now - this.#startedAt;
    if (at < BLINK_MS.close) return 1 - at / BLINK_MS.close;
    if (at < BLINK_MS.close + BLINK_MS.hold) return 0;
    return Math.min(1, (at - BLINK_MS.close - BLINK_MS.hold) / BLINK_MS.open);
  }
}

/** Small quick glances; most of the time it looks at the viewer. */
export class Gaze {
  #x = 0;
  #y = 0;
  #nextAt = 0;
  x = new Spring(420, 34);
  y = new Spring(420, 34);

  /** @param {() => number} random In [0, 1). */
  constructor(random) {
    this.random = random;
  }

  /**
   * @param {number} now Milliseconds.
   * @param {number} dt Seconds.
   */
  step(now, dt) {
    if (now >= this.#nextAt) {
      const strays = this.random() < 0.45;
      this.#x = strays ? (this.random() - 0.5) * 0.7 : (this.random() - 0.5) * 0.08;
      this.#y = strays ? (this.random() - 0.5) * 0.4 : (this.random() - 0.5) * 0.06;
      this.#nextAt = now + (strays ? 500 : 1300) + this.random() * 1600;
    }
    this.x.step(this.#x, dt);
    this.y.step(this.#y, dt);
  }
}
