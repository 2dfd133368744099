/**
 * Notices that the computer slept: the world's clock went on while the voice's stood still. Pure.
 *
 * What was queued before the sleep is no longer the show; whoever asks drops it and greets the server anew.
 */

/** Further apart than this is a sleep; less is a busy machine or a corrected clock. */
const SLEPT_S = 8;

/** Asked now and then; remembers both clocks. */
export class Vigil {
  #worldS = NaN;
  #voiceS = NaN;

  /**
   * @param {number} worldMs `Date.now()`: goes on in sleep.
   * @param {number} voiceS The player's clock: does not.
   * @returns {number} Seconds slept since the last time, or 0.
   */
  look(worldMs, voiceS) {
    const worldS = worldMs / 1000;
    const apart = worldS - this.#worldS - (voiceS - this.#voiceS);
    this.#worldS = worldS;
    this.#voiceS = voiceS;
    return apart > SLEPT_S ? apart : 0;
  }
}
