/**
 * A held press: what must not happen by accident asks for one.
 */

/** As long as the button's filling takes in dock.css. */
export const HOLD_MS = 800;

/**
 * A press that counts only when it is held long enough.
 */
export class Hold {
  /** @type {ReturnType<typeof setTimeout> | null} */ #timer = null;

  /**
   * @param {() => void} done Called once it was held for HOLD_MS.
   * @param {(isHeld: boolean) => void} changed The press began or ended.
   * @param {(run: () => void, delayMs: number) => ReturnType<typeof setTimeout>} [later]
   */
  constructor(done, changed, later = (run, delayMs) => setTimeout(run, delayMs)) {
    this.done = done;
    this.changed = changed;
    this.later = later;
  }

  press() {
    if (this.#timer !== null) return;
    this.changed(true);
    this.#timer = this.later(() => {
      this.letGo();
      this.done();
    }, HOLD_MS);
  }

  letGo() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.changed(false);
  }
}
