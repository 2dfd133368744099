/**
 * What was pressed here and the server has not shown yet. Pure.
 *
 * A press shows at once. It is forgotten when the server refused it, or when an answer that was asked for after the
 * server took it has come. A clock of marks tells what was before what.
 */

/**
 * Presses by what they are about.
 *
 * @template Key
 * @template Wish
 */
export class Presses {
  /** @type {Map<Key, {wish: Wish, settledAt: number | null}>} */ #open = new Map();
  #clock = 0;

  /** @returns {number} A mark of now. */
  mark() {
    this.#clock += 1;
    return this.#clock;
  }

  /**
   * @param {Key} key
   * @param {Wish} wish Takes the place of an earlier one.
   */
  press(key, wish) {
    this.#open.set(key, { wish, settledAt: null });
  }

  /**
   * @param {Key} key
   * @param {boolean} isDone Whether the server took it; if not it is as if nothing had been pressed.
   */
  settle(key, isDone) {
    const press = this.#open.get(key);
    if (!press) return;
    if (isDone) press.settledAt = this.mark();
    else this.#open.delete(key);
  }

  /** @param {number} asked An answer came that was asked for at this mark: it shows what was settled before. */
  forget(asked) {
    for (const [key, { settledAt }] of this.#open) {
      if (settledAt !== null && settledAt < asked) this.#open.delete(key);
    }
  }

  /**
   * @param {Key} key
   * @returns {boolean}
   */
  has(key) {
    return this.#open.has(key);
  }

  /** @returns {[Key, Wish][]} In the order they were pressed. */
  get all() {
    return [...this.#open].map(([key, { wish }]) => [key, wish]);
  }
}
