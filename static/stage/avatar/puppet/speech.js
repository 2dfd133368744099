/**
 * The mouth in time: it follows its weights, and rests in the shape of the feeling when nothing is said. Pure.
 */

import { closedLips, lipsOf, moveLips } from './visemes.js';

/** The mouth follows its weights this fast: co-articulation is already in them. */
const MOUTH_TAU_MS = 11;
/** Lips rest apart (a smile that shows, an astonished "o") only after this long without a word. */
const PART_AFTER_MS = 450;
const PART_TAU_MS = 140;
const ENERGY_TAU_MS = 70;

/** One speaking mouth. */
export class Speech {
  #lips = closedLips();
  #target = closedLips();
  #part = 0;
  #spokeAt = -Infinity;
  /** What is to be drawn now. */
  shown = closedLips();
  /** How widely it has been opened lately, 0 to 1. */
  energy = 0;

  /**
   * @param {Record<string, number>} weights
   * @param {number} now Milliseconds.
   */
  say(weights, now) {
    lipsOf(weights, this.#target);
    if (Number(weights.sil ?? 0) < 0.98) this.#spokeAt = now;
  }

  /**
   * @param {number} now
   * @param {number} dtMs
   * @param {import('./expressions.js').Pose} pose
   */
  step(now, dtMs, pose) {
    moveLips(this.#lips, this.#target, dtMs, MOUTH_TAU_MS);
    const isQuiet = now - this.#spokeAt > PART_AFTER_MS;
    const tau = isQuiet ? PART_TAU_MS : MOUTH_TAU_MS;
    this.#part += ((isQuiet ? pose.part : 0) - this.#part) * (1 - Math.exp(-dtMs / tau));
    const open = Math.min(1, (this.#lips.up + this.#lips.down) / 60);
    this.energy += (open - this.energy) * (1 - Math.exp(-dtMs / ENERGY_TAU_MS));
    this.#rest(pose);
  }

  /** @param {import('./expressions.js').Pose} pose */
  #rest({ roundRest: round, tongueRest }) {
    const shown = Object.assign(this.shown, this.#lips);
    const part = this.#part;
    if (part < 0.02) return;
    shown.wide += (32 - shown.wide) * part * round;
    shown.up += part * (3 + 17 * round);
    shown.down += part * (46 - 4 * round);
    shown.round = Math.max(shown.round, round * part);
    shown.upperTeeth = Math.max(shown.upperTeeth, part * (1 - round));
    shown.tongue = Math.max(shown.tongue, part * 0.9);
    shown.tongueOut = Math.max(shown.tongueOut, Math.min(1, part * 3) * tongueRest);
  }
}
