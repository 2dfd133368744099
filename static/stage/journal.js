/**
 * The page's own short memory of what happened on the wire, for tests, the bench and the debug strip.
 *
 * Holds ids, kinds and counts, never words or credentials.
 */

const REMEMBERED = 400;

/**
 * @typedef {object} Entry
 * @property {number} at `performance.now()`.
 * @property {'in' | 'out' | 'refused' | 'page'} way Came, was sent, came but was refused, or happened on the page.
 * @property {string} type Message type, "audio" for a binary frame.
 * @property {Record<string, string | number | boolean | null>} detail
 */

/** The last few hundred entries, oldest first. */
export class Journal {
  /** @type {Entry[]} */ #entries = [];

  /** @param {() => number} [now] Milliseconds. */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  /**
   * @param {Entry['way']} way
   * @param {string} type
   * @param {Entry['detail']} [detail]
   */
  note(way, type, detail = {}) {
    this.#entries.push({ at: this.now(), way, type, detail });
    if (this.#entries.length > REMEMBERED) this.#entries.splice(0, this.#entries.length - REMEMBERED);
  }

  /** @returns {Entry[]} A copy. */
  entries() {
    return [...this.#entries];
  }
}
